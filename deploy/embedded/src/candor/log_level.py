"""`candor log-level`: how much is logged, for a while."""

import re
from typing import Annotated, Any, get_args

import typer
from rich.console import Console
from rich.table import Table

from candor.calling import call, fail
from candor_common.events import Emitter

SERVICES = get_args(Emitter)
LEVELS = ("debug", "info", "warning", "error", "usual")
console = Console(highlight=False, soft_wrap=True)
_SPAN = re.compile(r"([0-9]{1,4})([mh])")
_MINUTES = {"m": 1, "h": 60}


def log_level(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SERVICE] [LEVEL]", help=f"A level is one of {', '.join(LEVELS)}."),
    ] = None,
    span: Annotated[str, typer.Option("--for", help="How long, as 30m or 2h; a day at most.")] = "1h",
) -> None:
    """Show how much is logged, or change it for a while without a restart, of one service or of all."""
    services, level = _meant(words or [])
    wanted = {"level": level, "minutes": _minutes(span)} if level else None
    table = Table("service", "level", "until")
    for name in services:
        method = "PUT" if wanted else "GET"
        one: dict[str, Any] = call(method, f"/v1/log-level/{name}", wanted)
        table.add_row(name, one["level"], one.get("until") or "")
    console.print(table)


def _meant(words: list[str]) -> tuple[tuple[str, ...], str | None]:
    """The services, and the level where one is named."""
    services = tuple(one for one in words if one in SERVICES)
    levels = [one for one in words if one in LEVELS]
    if unknown := [one for one in words if one not in SERVICES and one not in LEVELS]:
        fail(f"{unknown[0]!r} is no service and no level; levels are {', '.join(LEVELS)}")
    if len(levels) > 1:
        fail("name one level")
    return services or SERVICES, levels[0] if levels else None


def _minutes(span: str) -> int:
    found = _SPAN.fullmatch(span)
    minutes = int(found[1]) * _MINUTES[found[2]] if found else 0
    if not 1 <= minutes <= 24 * 60:
        fail(f"{span!r} is no time from 1m to 24h")
    return minutes
