"""The command: all checks side by side, and a line for each finding."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from candor_common.settings import Settings, SettingsError, load_settings

if TYPE_CHECKING:
    from candor.doctor.finding import Finding

_STYLES = {"ok": "green", "warning": "yellow", "problem": "bold red"}
_WIDTH = 16
console = Console(highlight=False, soft_wrap=True)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    administrator: Annotated[
        str | None, typer.Option(envvar="CANDOR_ADMIN_DATABASE_URL", help="To see every service's schema.")
    ] = None,
) -> None:
    """Check everything that Candor needs; each line says what to do. Ends with 1 when there is a problem."""
    found = asyncio.run(examine(administrator))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
    else:
        _print(found)
    if any(one.state == "problem" for one in found):
        raise typer.Exit(1)


async def examine(administrator: str | None = None) -> list["Finding"]:
    """Everything that is found, also where settings are wrong."""
    from candor.doctor import finding  # noqa: PLC0415

    try:
        known = load_settings()
    except SettingsError as error:
        what, _, do = str(error).rpartition("; ")
        return [finding.problem("settings", what, do)]
    return await _examine(known, administrator)


async def _examine(known: Settings, administrator: str | None) -> list["Finding"]:
    # The clients of database, broker and mail server are large.
    from candor.doctor import here, outside, storage  # noqa: PLC0415
    from candor.doctor.finding import Check, findings  # noqa: PLC0415

    async def local() -> Sequence["Finding"]:
        return await asyncio.to_thread(here.all_here, known)

    async def serving() -> Sequence["Finding"]:
        found = await outside.running(known)
        return [*found, *here.port(known, answers=bool(found))]

    async def mail() -> Sequence["Finding"]:
        return await outside.mail(known)

    return await findings(
        [
            Check("this machine", local, "see the disk of this machine"),
            Check("answers", serving, "start Candor, or set CANDOR_PUBLIC_URL"),
            *storage.checks(known, administrator),
            Check("mail", mail, outside.MAIL),
        ]
    )


def _print(found: Sequence["Finding"]) -> None:
    for one in found:
        line = Text(f"{one.state:<8}", style=_STYLES[one.state]).append(
            f" {one.name:<{_WIDTH}} ", style="default"
        )
        console.print(line.append(one.detail, style="default"))
        if one.do:
            console.print(f"{'':<{_WIDTH + 10}}→ {one.do}", markup=False)
