"""What a charter means, in tables and lines for a terminal."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import TypeAlias
from urllib.parse import urlsplit

from rich.markup import escape
from rich.table import Table

from candor_common.charter import Charter, Goal
from candor_common.charter.contacts import addresses
from candor_common.events import Lane, Level, Priority, PromiseKind
from candor_common.working_time import WEEKDAYS, Calendar, Windows

Goals: TypeAlias = dict[tuple[Level, Priority], list[Goal | None]]

PROMISED = (
    PromiseKind.FIRST_RESPONSE,
    PromiseKind.NEXT_UPDATE,
    PromiseKind.NEXT_REPLY,
    PromiseKind.RESOLUTION,
)
_AHEAD = timedelta(days=60)
"""For which exceptions of a calendar are listed."""


def promises(goals: Goals) -> Table:
    """Within which time what is promised, with the calendar on which working time counts."""
    table = Table("level", "priority", *(kind.value.replace("_", " ") for kind in PROMISED), title="Promises")
    for (level, priority), row in goals.items():
        table.add_row(level.value, priority.value, *map(_goal, row))
    return table


def calendars(charter: Charter, used: Collection[str], today: date) -> Table:
    """Each calendar's hours, and the dates of the next weeks that differ from its week."""
    table = Table("calendar", "zone", "hours", "business day", "other days ahead", title="Calendars")
    for name, calendar in ((name, one) for name, one in charter.clocks.calendars.items() if name in used):
        length = f"{calendar.usual_day / timedelta(hours=1):g}h"
        days = "\n".join(_exceptions(calendar, today))
        zone = "" if calendar.always_open else calendar.zone
        table.add_row(escape(name), zone, "\n".join(_hours(calendar)), length, days)
    return table


def rest(charter: Charter) -> Iterator[str]:
    """What is the same for all priorities, a line each."""
    shares = ", ".join(f"{share:.0%}" for share in charter.warnings)
    quiet = charter.content.quiet_hours
    yield f"Warnings after {shares} of the time; at risk after the last. Renewals: {charter.renewals}."
    yield f"A promise that was missed and is still not kept: {_turns(charter)}."
    yield (
        f"Closes {_span(charter.close_after)} after the resolution; "
        f"a reply reopens for {_span(charter.reopen_within)}."
    )
    yield (
        f"Survey {_span(charter.survey_delay)} after the fix is verified, answered within "
        f"{_span(charter.survey_expires)}; quiet hours {quiet or 'none'}."
    )


def routing(charter: Charter, only: Sequence[str | None], contract: Lane | None = None) -> Table:
    """Which rule leads to which team, where priority, level and lane are as asked for (None: any).

    A customer's contract says the lane where the rule has nothing more urgent.
    """
    table = Table("rule", "kind", "category", "priority", "level", "lane", "team", title="Routing")
    outcomes = {rule.name: rule.then for rule in charter.content.rules} | {
        "fallback": charter.content.fallback
    }
    for name, then in outcomes.items():
        team = charter.content.teams[then.team]
        lane = contract if contract and then.lane is Lane.STANDARD else then.lane
        found = (charter.priority(then.impact, then.urgency), team.level, lane)
        if all(wanted in (None, one) for wanted, one in zip(only, found, strict=True)):
            category = then.category.value if then.category else ""
            words = (then.kind.value, category, *(one.value for one in found))
            table.add_row(escape(name), *words, escape(team.name))
    return table


def teams(charter: Charter) -> Table:
    """Who has incidents, to whom they hand on, and where they are reached."""
    table = Table("team", "name", "level", "lead", "hands on to", "contact", title="Teams")
    for name, one in charter.content.teams.items():
        above = charter.above(name, one.level)
        cells = (
            name,
            one.name,
            one.level.value,
            one.lead or "",
            above.id if above else "",
            _reached(one.contact),
        )
        table.add_row(*map(escape, cells))
    return table


def people(charter: Charter) -> Table:
    """Who works in which teams, up to which level, when, and where they are reached."""
    table = Table("person", "teams", "level", "shift", "contact", title="People")
    for name, one in charter.content.people.items():
        level = one.level.value if one.level else "as their teams"
        shift = one.shift or charter.content.calendar or "always"
        table.add_row(*map(escape, (name, ", ".join(one.teams), level, shift, _reached(one.contact))))
    return table


def definitions(charter: Charter) -> Table:
    """What falls under the kinds, categories and lanes, as far as the charter says so."""
    table = Table("word", "what falls under it", title="Definitions")
    for named in (charter.content.kinds, charter.content.categories, charter.content.lanes):
        for word, meaning in named.items():
            table.add_row(word.value, escape(meaning))
    return table


def _turns(charter: Charter) -> str:
    """Whose turn comes, and how long after the miss."""
    after = charter.content.escalate_after
    turns = ((Level.L2, after.L2), (Level.L3, after.L3))
    told = ", ".join(f"{level.value}'s turn comes after {target}" for level, target in turns if target)
    return told or "no level has a turn"


def _reached(contact: str | None) -> str:
    """The addresses, but of those that are secrets, as the URL of a webhook, only where they lead."""
    return "\n".join(
        f"{urlsplit(one).scheme}://{urlsplit(one).hostname}/…" if "://" in one else one
        for one in addresses(contact)
    )


def _goal(goal: Goal | None) -> str:
    if goal is None:
        return ""
    return str(goal.target) if goal.target.on_clock else escape(f"{goal.target} ({goal.calendar_name})")


def _hours(calendar: Calendar) -> Iterator[str]:
    """Days with the same hours on one line."""
    if calendar.always_open:
        yield "around the clock"
    for windows, days in groupby(zip(calendar.week, WEEKDAYS, strict=True), key=itemgetter(0)):
        names = [day for _, day in days]
        if windows:
            yield f"{names[0]}{'-' + names[-1] if names[1:] else ''} {_spelled(windows)}"


def _exceptions(calendar: Calendar, today: date) -> Iterator[str]:
    for day in (today + timedelta(days=days) for days in range(_AHEAD.days)):
        windows = calendar.windows(day)
        if not calendar.always_open and windows != calendar.week[day.weekday()]:
            yield f"{day} {_spelled(windows) or 'closed'}"


def _spelled(windows: Windows) -> str:
    return ", ".join(map(str, windows))


def _span(span: timedelta) -> str:
    """In the largest unit that fits."""
    for unit, length in (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("m", timedelta(minutes=1))):
        if span and not span % length:
            return f"{span // length}{unit}"
    return f"{span // timedelta(seconds=1)}s"
