"""`candor charter show`: what a charter promises, when its teams work, and who gets what."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Annotated, Literal, TypeAlias, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from candor_common.charter import Charter, CharterError, Goal, load_charter
from candor_common.events import Level, Priority, PromiseKind
from candor_common.settings import SettingsError, load_settings
from candor_common.working_time import WEEKDAYS, Calendar, Windows

NameT = TypeVar("NameT", Level, Priority)

_Priority: TypeAlias = Literal["P1", "P2", "P3", "P4"]
_Level: TypeAlias = Literal["L1", "L2", "L3"]
_Lane: TypeAlias = Literal["emergency", "vip", "standard"]
_Goals: TypeAlias = dict[tuple[Level, Priority], list[Goal | None]]

_PROMISED = (PromiseKind.FIRST_RESPONSE, PromiseKind.NEXT_UPDATE, PromiseKind.RESOLUTION)
_AHEAD = timedelta(days=60)
"""For which exceptions of a calendar are listed."""

console = Console(highlight=False)


def show(
    path: Annotated[Path | None, typer.Argument(help="A file; the one in force if none.")] = None,
    priority: Annotated[
        _Priority | None, typer.Option(help="Only what is for it.", case_sensitive=False)
    ] = None,
    level: Annotated[_Level | None, typer.Option(help="Only what is for it.", case_sensitive=False)] = None,
    lane: Annotated[_Lane | None, typer.Option(help="Only rules into it.", case_sensitive=False)] = None,
) -> None:
    """Show what a charter means: promises, calendars, warnings, and which rule leads to which team."""
    charter, today = _charter(path), date.today()  # noqa: DTZ011 - the operator's own day
    console.print(f"charter {charter.version}", markup=False)
    goals = _goals(charter, _chosen(priority, Priority), _chosen(level, Level))
    used = {goal.calendar_name for row in goals.values() for goal in row if goal}
    console.print(promises(goals))
    console.print(calendars(charter, used if priority or level else set(charter.clocks.calendars), today))
    console.print(*rest(charter), sep="\n", markup=False)
    console.print(routing(charter, (priority, level, lane)))
    for notice in charter.notices(today):
        console.print(f"note: {notice}", markup=False)


def promises(goals: _Goals) -> Table:
    """Within which time what is promised, with the calendar on which working time counts."""
    table = Table(
        "level", "priority", *(kind.value.replace("_", " ") for kind in _PROMISED), title="Promises"
    )
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
    yield (
        f"Closes {_span(charter.close_after)} after the resolution; "
        f"a reply reopens for {_span(charter.reopen_within)}."
    )
    yield (
        f"Survey {_span(charter.survey_delay)} after the resolution, answered within "
        f"{_span(charter.survey_expires)}; quiet hours {quiet or 'none'}."
    )


def routing(charter: Charter, only: Sequence[str | None]) -> Table:
    """Which rule leads to which team, where priority, level and lane are as asked for (None: any)."""
    table = Table("rule", "kind", "priority", "level", "lane", "team", title="Routing")
    outcomes = {rule.name: rule.then for rule in charter.content.rules} | {
        "fallback": charter.content.fallback
    }
    for name, then in outcomes.items():
        team = charter.content.teams[then.team]
        found = (charter.priority(then.impact, then.urgency), team.level, then.lane)
        if all(wanted in (None, one) for wanted, one in zip(only, found, strict=True)):
            table.add_row(escape(name), then.kind.value, *(one.value for one in found), escape(team.name))
    return table


def _charter(path: Path | None) -> Charter:
    try:
        return load_charter(path or load_settings().charter)
    except (CharterError, SettingsError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def _chosen(one: str | None, names: type[NameT]) -> list[NameT]:
    return [names(one)] if one else [name for name in names if name.value != "unknown"]


def _goals(charter: Charter, priorities: Sequence[Priority], levels: Sequence[Level]) -> _Goals:
    return {
        (level, priority): [charter.goal(kind, priority, level) for kind in _PROMISED]
        for level in levels
        for priority in priorities
    }


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
