"""`candor charter show`: what a charter promises, when its teams work, and who gets what."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, TypeAlias, TypeVar

import typer
from rich.console import Console

from candor import charter_tables as tables
from candor.charter_customer import served
from candor_common.charter import Charter, CharterError, load_charter
from candor_common.events import Level, Priority
from candor_common.settings import SettingsError, load_settings

NameT = TypeVar("NameT", Level, Priority)

_Priority: TypeAlias = Literal["P1", "P2", "P3", "P4"]
_Level: TypeAlias = Literal["L1", "L2", "L3"]
_Lane: TypeAlias = Literal["emergency", "vip", "standard"]

console = Console(highlight=False)


def show(
    path: Annotated[Path | None, typer.Argument(help="A file; the one in force if none.")] = None,
    priority: Annotated[
        _Priority | None, typer.Option(help="Only what is for it.", case_sensitive=False)
    ] = None,
    level: Annotated[_Level | None, typer.Option(help="Only what is for it.", case_sensitive=False)] = None,
    lane: Annotated[_Lane | None, typer.Option(help="Only rules into it.", case_sensitive=False)] = None,
    customer: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="What applies to whoever writes from there.")
    ] = None,
) -> None:
    """Show what a charter means: promises, calendars, warnings, people, and which rule leads to which team."""
    charter, today = _charter(path), date.today()  # noqa: DTZ011 - the operator's own day
    console.print(f"charter {charter.version}", markup=False)
    known = served(customer) if customer else None
    if known:
        console.print(*known.told, sep="\n", markup=False)
    _print_promises(charter, priority, level, today)
    console.print(*tables.rest(charter), sep="\n", markup=False)
    console.print(tables.routing(charter, (priority, level, lane), known.lane if known else None))
    if known or not (priority or level or lane):
        _print_people(charter)
    if not (known or priority or level or lane):
        _print_definitions(charter)
    for notice in charter.notices(today):
        console.print(f"note: {notice}", markup=False)


def _print_promises(charter: Charter, priority: str | None, level: str | None, today: date) -> None:
    goals = _goals(charter, _chosen(priority, Priority), _chosen(level, Level))
    used = {goal.calendar_name for row in goals.values() for goal in row if goal}
    console.print(tables.promises(goals))
    every = set(charter.clocks.calendars)
    console.print(tables.calendars(charter, used if priority or level else every, today))


def _print_people(charter: Charter) -> None:
    console.print(tables.teams(charter))
    if charter.content.people:
        console.print(tables.people(charter))


def _print_definitions(charter: Charter) -> None:
    if charter.content.kinds or charter.content.categories or charter.content.lanes:
        console.print(tables.definitions(charter))


def _charter(path: Path | None) -> Charter:
    try:
        return load_charter(path or load_settings().charter)
    except (CharterError, SettingsError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def _chosen(one: str | None, names: type[NameT]) -> list[NameT]:
    return [names(one)] if one else [name for name in names if name.value != "unknown"]


def _goals(charter: Charter, priorities: Sequence[Priority], levels: Sequence[Level]) -> tables.Goals:
    return {
        (level, priority): [charter.goal(kind, priority, level) for kind in tables.PROMISED]
        for level in levels
        for priority in priorities
    }
