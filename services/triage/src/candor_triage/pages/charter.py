"""The charter in words: what we promise to customers per priority, and how well that was kept.

Anybody may read it, in their language; levels, names of calendars and the version are for people of the house alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response

from candor_common import console, web
from candor_common.charter import Charter, Goal
from candor_common.console import Visitor
from candor_common.errors import Forbidden, Unauthorized
from candor_common.events import Level, Priority, PromiseKind, PromiseState
from candor_common.languages import Language, preferred, supported
from candor_common.service import runtime_of
from candor_common.times import locale_of, written
from candor_common.working_time import WEEKDAYS, Calendar, Target
from candor_triage import promise_view, times
from candor_triage.charter_words import WORDS, CharterWords
from candor_triage.pages.frame import clock, page, templates
from candor_triage.promise_view import Count
from candor_triage.words import KINDS as KIND_WORDS

LOOK_BACK = timedelta(days=30)
COUNTED_FOR = timedelta(minutes=1)
"""For how long the public page tells the same numbers, so that nobody outside can make us count again and again."""
KEPT_FOR = {
    "Cache-Control": "public, max-age=300",
    "Vary": "Accept-Language, Authorization, Cookie, X-API-Key",
}
PRIORITIES = (Priority.P1, Priority.P2, Priority.P3, Priority.P4)
LEVELS = (Level.L1, Level.L2, Level.L3)
KINDS = (
    PromiseKind.FIRST_RESPONSE,
    PromiseKind.NEXT_UPDATE,
    PromiseKind.NEXT_REPLY,
    PromiseKind.RESOLUTION,
)
LANGUAGE_NAMES: dict[Language, str] = {"en": "English", "zh-Hans": "简体中文", "zh-Hant": "繁體中文"}

router = APIRouter()
InWords = Callable[[Target], str]


@dataclass(frozen=True, slots=True)
class Share:
    """How many promises of a kind were kept, out of all that ended."""

    kept: int
    all: int

    @property
    def percent(self) -> int:
        """Rounded down, so that it says 100 only when all were kept."""
        return 100 * self.kept // self.all if self.all else 0


@dataclass(frozen=True, slots=True)
class Line:
    """What is promised for a priority at a level: in words, by kind."""

    priority: Priority
    level: Level
    words: dict[PromiseKind, str]


@router.api_route("/charter", methods=["GET", "HEAD"])
async def shown(request: Request) -> Response:
    """What we promise, from the charter that counts now."""
    try:
        visitor = console.admitted(request, "read")
    except (Unauthorized, Forbidden):
        return await _for_anybody(request)
    return await _for_the_house(request, visitor)


async def _for_the_house(request: Request, visitor: Visitor) -> Response:
    charter, ended = runtime_of(request).context.charter, await _counts(request)
    return page(
        request,
        visitor,
        "charter.html",
        charter=charter,
        lines=lines(charter),
        kinds=KINDS,
        priorities=PRIORITIES,
        shares=_shares(ended),
        calendars={name: week(one) for name, one in charter.clocks.calendars.items() if not one.always_open},
        turns=turns(charter),
        pauses=[KIND_WORDS[kind.value] for kind in charter.pauses],
        length=times.length,
    )


async def _for_anybody(request: Request) -> Response:
    """Without what is only for the house: a request begins at the first level, whose promises count."""
    language = supported(request.query_params.get("lang", "")) or preferred(
        request.headers.get("accept-language", "")
    )
    text, runtime = WORDS[language], runtime_of(request)
    charter, now = runtime.context.charter, runtime.clock.now()
    first, comma = [Level.L1], text.separators[0]
    answer = web.page(
        templates,
        "charter_public.html",
        language,
        text=text,
        house=runtime.context.settings.mail_name,
        names=LANGUAGE_NAMES,
        charter=charter,
        lines=lines(charter, first, text.target),
        kinds=KINDS,
        shares=_shares(await _counts_of_late(request)),
        weeks=[week_in(one, text, now) for one in _calendars(charter)],
        pauses=comma.join(text.kinds[kind] for kind in charter.pauses if kind in text.kinds),
    )
    answer.headers.update(KEPT_FOR)
    return answer


async def _counts(request: Request) -> Sequence[Count]:
    runtime, since = runtime_of(request), clock(request).now - LOOK_BACK
    return await runtime.database.read(lambda connection: promise_view.counts(connection, since))


async def _counts_of_late(request: Request) -> Sequence[Count]:
    state, now = request.app.state, clock(request).now
    at, known = getattr(state, "counted_for_anybody", (now - COUNTED_FOR, ()))
    if now - at >= COUNTED_FOR:
        known = await _counts(request)
        state.counted_for_anybody = now, known
    found: Sequence[Count] = known
    return found


def lines(
    charter: Charter, levels: Sequence[Level] = LEVELS, in_words: InWords = WORDS.en.target
) -> list[Line]:
    """One line per priority and level; a level that promises the same as the one below is left out."""
    found: list[Line] = []
    for priority in PRIORITIES:
        for level in levels:
            words = {kind: _words(charter.goal(kind, priority, level), in_words) for kind in KINDS}
            if not (found and found[-1].priority is priority and found[-1].words == words):
                found.append(Line(priority, level, words))
    return found


def turns(charter: Charter) -> list[tuple[Level, str]]:
    """The levels whose turn comes where a missed promise is still not kept, and how long after the miss."""
    after, said = charter.content.escalate_after, WORDS.en.target
    return [(level, said(target)) for level, target in ((Level.L2, after.L2), (Level.L3, after.L3)) if target]


def share(ended: Sequence[Count], kind: PromiseKind, priority: Priority) -> Share:
    """How well promises of a kind and a priority were kept."""
    mine = [one for one in ended if one.kind is kind and one.priority == priority]
    kept = sum(one.number for one in mine if one.state is PromiseState.KEPT)
    return Share(kept, sum(one.number for one in mine))


def week(calendar: Calendar) -> str:
    """A calendar's week in one line, days with the same hours together, with its zone as the charter calls it."""
    return f"{_week(calendar, [day.capitalize() for day in WEEKDAYS], WORDS.en)} ({calendar.zone})"


def week_in(calendar: Calendar, text: CharterWords, now: datetime) -> str:
    """The same in a language, with the zone as people call it."""
    names = locale_of(text.locale).days["format"]["abbreviated"]
    zone = written(now, text.locale, "{zone}", calendar.zone)
    days = _week(calendar, [names[day] for day in range(len(WEEKDAYS))], text)
    return text.week.format(week=days, zone=zone)


def _week(calendar: Calendar, names: Sequence[str], text: CharterWords) -> str:
    comma, semicolon = text.separators
    days = [comma.join(map(str, windows)) for windows in calendar.week]
    parts: list[tuple[int, int, str]] = []
    for at, hours in enumerate(days):
        if parts and parts[-1][2] == hours:
            parts[-1] = (parts[-1][0], at, hours)
        else:
            parts.append((at, at, hours))
    said = [f"{_days(names[first], names[last], text)} {hours}" for first, last, hours in parts if hours]
    return semicolon.join(said)


def _days(first: str, last: str, text: CharterWords) -> str:
    return first if first == last else text.days.format(first=first, last=last)


def _calendars(charter: Charter) -> list[Calendar]:
    """Those on which something is counted that is promised at first."""
    goals = (charter.goal(kind, priority, Level.L1) for kind in KINDS for priority in PRIORITIES)
    found = {one.calendar_name: one.calendar for one in goals if one and not one.calendar.always_open}
    return list(found.values())


def _shares(ended: Sequence[Count]) -> dict[tuple[PromiseKind, Priority], Share]:
    return {(kind, one): share(ended, kind, one) for kind in KINDS for one in PRIORITIES}


def _words(goal: Goal | None, in_words: InWords) -> str:
    return in_words(goal.target) if goal else ""
