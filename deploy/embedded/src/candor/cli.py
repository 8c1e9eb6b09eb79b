"""The `candor` command.

What only one command needs is imported when that command runs: `candor up` is to answer within two seconds.
"""

import asyncio
import sys
from collections.abc import Coroutine
from datetime import date
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from rich.console import Console
from rich.table import Table

from candor import bootstrap, charter_reload, charter_show, log_level, look, mail_in, parked, promise, source
from candor.backup import command as backup
from candor.calling import fail as _fail
from candor.calling import settings as _settings
from candor.doctor import command as doctor
from candor.rebuild import command as topics
from candor.up import up
from candor_common.charter import CharterError, load_charter
from candor_common.events import Emitter
from candor_common.keys import SCOPES, KeyRing, keys_path
from candor_common.settings import SettingsError

app = typer.Typer(help="Incident management that keeps its word.", no_args_is_help=True, add_completion=False)
key = typer.Typer(help="API keys.", no_args_is_help=True)
charter = typer.Typer(help="The charter: your promises and rules.", no_args_is_help=True)
database = typer.Typer(help="The PostgreSQL database.", no_args_is_help=True)
app.add_typer(parked.app, name="parked")
app.add_typer(topics.app, name="topics")
app.add_typer(key, name="key")
app.add_typer(charter, name="charter")
app.add_typer(database, name="database")
app.add_typer(promise.app, name="promise")
app.add_typer(source.app, name="source")
app.add_typer(bootstrap.app, name="setup")

SERVICES = get_args(Emitter)
console = Console(highlight=False, soft_wrap=True)

app.command("up", help="Run everything in one process, with nothing to install.")(up)
app.command("mail-in")(mail_in.mail_in)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("doctor")(doctor.doctor)
app.command("log-level")(log_level.log_level)


@app.command()
def demo(
    no_wait: Annotated[bool, typer.Option("--no-wait", help="End once it is played.")] = False,
) -> None:
    """Play a small day in half a minute, by real calls on data that is thrown away."""
    # It brings what no other command needs.
    from candor.demo import demo as play  # noqa: PLC0415

    play(wait=not no_wait)


@app.command()
def tail(
    topic: Annotated[
        list[str] | None, typer.Argument(help="requests, incidents, promises …; all if none")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait for more.")] = False,
) -> None:
    """Print events, one line each: time, topic, type, incident, value."""

    async def print_all() -> None:
        async for one in look.events(_settings(), topic or (), follow=follow):
            kind = one.headers.get("ce_type", "")
            console.print(one.headers.get("ce_time", ""), kind, one.subject, one.value, markup=False)

    _run(print_all())


@app.command()
def trace(reference: Annotated[str, typer.Argument(help="A reference such as INC-000042.")]) -> None:
    """Show every hop of one request, with times."""
    found = _run(look.hops(_settings(), reference))
    if not found:
        _fail(f"no event about {reference} is kept; `candor tail` lists all")
    table = Table("after", "event", "from", "what")
    start = found[0].at
    for one in found:
        after = f"{(one.at - start).total_seconds() * 1000:,.0f} ms"
        origin = one.headers.get("ce_source", "").removeprefix("/candor/")
        table.add_row(after, one.headers.get("ce_type", ""), origin, look.summary(one))
    console.print(f"{reference}  trace {look.trace_of(found[0])}  from {start.isoformat()}")
    console.print(table)


@key.command("add")
def key_add(
    name: str,
    scope: Annotated[list[str], typer.Option("--scope", "-s", help=f"One or more of {', '.join(SCOPES)}.")],
) -> None:
    """Make a key. It is shown this once; only its hash is kept."""
    if unknown := sorted(set(scope) - set(SCOPES)):
        _fail(f"there is no scope {unknown[0]!r}; use one or more of {', '.join(SCOPES)}")
    console.print(KeyRing(keys_path(_settings())).add(name, tuple(scope)), markup=False)


key.command("show")(bootstrap.key_show)


@key.command("list")
def key_list() -> None:
    """List the keys: id, name, scopes, when they were made."""
    table = Table("id", "name", "scopes", "made")
    for one in KeyRing(keys_path(_settings())).keys():  # noqa: SIM118
        table.add_row(one.id, one.name, " ".join(one.scopes), one.created_at.isoformat())
    console.print(table)


@key.command("revoke")
def key_revoke(identifier: str) -> None:
    """Make a key worthless at once."""
    if not KeyRing(keys_path(_settings())).revoke(identifier):
        _fail(f"there is no key {identifier!r}; `candor key list` shows the ids")


@charter.command("check")
def charter_check(
    path: Annotated[Path | None, typer.Argument(help="A file; the one in force if none.")] = None,
) -> None:
    """Check a charter; every problem names file, line and key, and says how to mend it."""
    try:
        loaded = load_charter(path or _settings().charter)
    except CharterError as error:
        for problem in error.problems:
            typer.echo(str(problem), err=True)
        raise typer.Exit(1) from error
    console.print(f"the charter is sound, version {loaded.version}")
    for notice in loaded.notices(date.today()):  # noqa: DTZ011 - the operator's own day
        console.print(f"note: {notice}", markup=False)


charter.command("show")(charter_show.show)
charter.command("reload")(charter_reload.reload)


@database.command("provision")
def database_provision(
    administrator: Annotated[
        str, typer.Option(envvar="CANDOR_ADMIN_DATABASE_URL", help="postgresql://… of an administrator")
    ],
    passwords: Annotated[
        Path, typer.Option(help="A folder with one file per service that holds its password.")
    ],
) -> None:
    """Make a schema and a role for every service; safe to run again."""
    from candor_common.provision import provision  # noqa: PLC0415

    found = {name: (passwords / name).read_text("utf-8").strip() for name in SERVICES}
    _run(provision(administrator, found))
    console.print("roles and schemas are there")


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        return asyncio.run(work)
    except SettingsError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def main() -> None:
    """The entry point of the `candor` command."""
    try:
        app()
    except BrokenPipeError:
        sys.exit(0)
