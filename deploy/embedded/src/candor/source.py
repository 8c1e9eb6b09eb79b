"""`candor source`: senders that are let in, and whether they get through."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from candor.calling import SECONDS, call, fail
from candor_intake.source_api import KINDS

app = typer.Typer(
    help="Senders that are let in: Slack, Twilio, exchanges, PagerDuty clients.", no_args_is_help=True
)
console = Console(highlight=False, soft_wrap=True)
ADDRESS = "/v1/sources"
_PASTE = {
    "slack": "In the Slack app, under Event Subscriptions, paste as Request URL:",
    "pagerduty": "In the client, put in the place of https://events.pagerduty.com/v2/enqueue:",
}


@app.command()
def add(
    kind: Annotated[str, typer.Argument(help=f"One of {', '.join(KINDS)}.")],
    name: Annotated[str, typer.Argument(help="Lower-case letters, digits and hyphens.")],
    secret: Annotated[
        bool, typer.Option("--secret", help="Ask for the secret that the provider has made.")
    ] = False,
    options: Annotated[
        Path | None, typer.Option(help="A JSON file: `language`, `own_users`, `exchange` or `mapping`.")
    ] = None,
) -> None:
    """Let a sender in, and print what to paste at the provider. A secret that is made is shown this once."""
    wanted: dict[str, Any] = {"kind": kind, "name": name}
    if options is not None:
        wanted["options"] = _read(options)
    if secret:
        # Asked for, because what stands in a command line can be seen by everybody on the machine.
        wanted["secret"] = typer.prompt("Secret", hide_input=True)
    made = call("POST", ADDRESS, wanted)
    console.print(_PASTE.get(kind, "At the provider, paste as address of the webhook:"))
    console.print(f"  {made['url']}", markup=False)
    if made["secret"]:
        console.print("and as its secret, which is not shown again:")
        console.print(f"  {made['secret']}", markup=False)
    console.print(f"Then try it: candor source test {name}")


@app.command("list")
def listed() -> None:
    """List the sources: name, kind, when they were made, address."""
    table = Table("name", "kind", "made", "address")
    for one in call("GET", ADDRESS)["sources"]:
        table.add_row(one["name"], one["kind"], one["created_at"], one["url"])
    console.print(table)


@app.command()
def remove(name: str) -> None:
    """Refuse all that a source sends from now on."""
    call("DELETE", f"{ADDRESS}/{_named(name)['id']}")


@app.command()
def test(name: str) -> None:
    """Say whether the address can be reached, and what becomes of a signed sample. Nobody is set to work by it."""
    one = _named(name)
    console.print(_knock(one["url"]), markup=False)
    trial = call("POST", f"{ADDRESS}/{one['id']}/test")
    console.print(trial["outcome"], markup=False)
    if not trial["taken"]:
        raise typer.Exit(1)


def _knock(url: str) -> str:
    """What an unsigned post to the address gets: it has to be refused, and shows that the way is open."""
    import httpx  # noqa: PLC0415

    try:
        answer = httpx.post(url, content=b"{}", headers={"Content-Type": "application/json"}, timeout=SECONDS)
    except httpx.HTTPError as error:
        fail(f"{url} can't be reached from here ({error}); set CANDOR_PUBLIC_URL to what providers can reach")
    if answer.status_code not in (400, 401):
        fail(f"{url} answers {answer.status_code} to a post without signature; something else listens there")
    return f"{url} answers, and refuses what is not signed ({answer.status_code})."


def _named(name: str) -> dict[str, Any]:
    found = [one for one in call("GET", ADDRESS)["sources"] if one["name"] == name]
    if not found:
        fail(f"there is no source {name!r}; `candor source list` shows what there is")
    known: dict[str, Any] = found[0]
    return known


def _read(path: Path) -> object:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        fail(f"{path} can't be used: {error}")
