"""The charter in words: what we promise to customers per priority, and how well that was kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from candor_common import console
from candor_common.charter import Charter, Goal
from candor_common.console import Visitor
from candor_common.events import Level, Priority, PromiseKind, PromiseState
from candor_common.service import runtime_of
from candor_common.working_time import WEEKDAYS, Calendar, Target, Unit
from candor_triage import promise_view, times
from candor_triage.pages.frame import clock, page
from candor_triage.promise_view import Count
from candor_triage.words import KINDS as KIND_WORDS

LOOK_BACK = timedelta(days=30)
PRIORITIES = (Priority.P1, Priority.P2, Priority.P3, Priority.P4)
LEVELS = (Level.L1, Level.L2, Level.L3)
KINDS = (
    PromiseKind.FIRST_RESPONSE,
    PromiseKind.NEXT_UPDATE,
    PromiseKind.NEXT_REPLY,
    PromiseKind.RESOLUTION,
)
_UNITS = {
    Unit.SECONDS: ("second", "seconds"),
    Unit.MINUTES: ("minute", "minutes"),
    Unit.HOURS: ("hour", "hours"),
    Unit.DAYS: ("day", "days"),
    Unit.BUSINESS_MINUTES: ("business minute", "business minutes"),
    Unit.BUSINESS_HOURS: ("business hour", "business hours"),
    Unit.BUSINESS_DAYS: ("business day", "business days"),
}

_MANY_SECONDS = 120

router = APIRouter()
Reader = Annotated[Visitor, Depends(console.reads)]


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


@router.get("/charter")
async def shown(request: Request, visitor: Reader) -> Response:
    """What we promise, from the charter that counts now."""
    runtime, now = runtime_of(request), clock(request).now
    charter = runtime.context.charter
    ended = await runtime.database.read(lambda connection: promise_view.counts(connection, now - LOOK_BACK))
    return page(
        request,
        visitor,
        "charter.html",
        charter=charter,
        lines=lines(charter),
        kinds=KINDS,
        priorities=PRIORITIES,
        shares={(kind, one): share(ended, kind, one) for kind in KINDS for one in PRIORITIES},
        calendars={name: week(one) for name, one in charter.clocks.calendars.items() if not one.always_open},
        turns=turns(charter),
        pauses=[KIND_WORDS[kind.value] for kind in charter.pauses],
        length=times.length,
    )


def lines(charter: Charter) -> list[Line]:
    """One line per priority and level; a level that promises the same as the one below is left out."""
    found: list[Line] = []
    for priority in PRIORITIES:
        for level in LEVELS:
            words = {kind: _words(charter.goal(kind, priority, level)) for kind in KINDS}
            if not (found and found[-1].priority is priority and found[-1].words == words):
                found.append(Line(priority, level, words))
    return found


def turns(charter: Charter) -> list[tuple[Level, str]]:
    """The levels whose turn comes where a missed promise is still not kept, and how long after the miss."""
    after = charter.content.escalate_after
    return [
        (level, in_words(target)) for level, target in ((Level.L2, after.L2), (Level.L3, after.L3)) if target
    ]


def share(ended: Sequence[Count], kind: PromiseKind, priority: Priority) -> Share:
    """How well promises of a kind and a priority were kept."""
    mine = [one for one in ended if one.kind is kind and one.priority == priority]
    kept = sum(one.number for one in mine if one.state is PromiseState.KEPT)
    return Share(kept, sum(one.number for one in mine))


def in_words(target: Target) -> str:
    """A target as people say it: "1 hour", "3 business days", "4 min 48 s"."""
    if target.unit is Unit.SECONDS and target.amount >= _MANY_SECONDS:
        minutes, seconds = divmod(target.amount, 60)
        return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
    one, many = _UNITS[target.unit]
    return f"{target.amount} {one if target.amount == 1 else many}"


def week(calendar: Calendar) -> str:
    """A calendar's week in one line, days with the same hours together, with its zone."""
    days = [", ".join(map(str, windows)) for windows in calendar.week]
    parts: list[tuple[int, int, str]] = []
    for at, hours in enumerate(days):
        if parts and parts[-1][2] == hours:
            parts[-1] = (parts[-1][0], at, hours)
        else:
            parts.append((at, at, hours))
    said = [f"{_days(first, last)} {hours}" for first, last, hours in parts if hours]
    return f"{'; '.join(said)} ({calendar.zone})"


def _words(goal: Goal | None) -> str:
    return in_words(goal.target) if goal else ""


def _days(first: int, last: int) -> str:
    one, other = WEEKDAYS[first].capitalize(), WEEKDAYS[last].capitalize()
    return one if first == last else f"{one}–{other}"
