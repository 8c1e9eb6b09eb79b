"""`candor source`: senders that are let in, and whether they get through."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.console import Console

from candor.calling import SECONDS, call, fail
from candor_common.security import is_loopback
from candor_intake.source_api import KINDS, PROVIDER_MAKES

app = typer.Typer(
    help="Senders that are let in: Slack, Twilio, exchanges, PagerDuty clients.", no_args_is_help=True
)
console = Console(highlight=False, soft_wrap=True)
ADDRESS = "/v1/sources"
_PASTE = {
    "slack": "In the Slack app, under Event Subscriptions, paste as Request URL:",
    "twilio-voice": "At Twilio, paste as status callback of the number, and of its recordings and transcriptions:",
    "twilio-sms": "At Twilio, paste as webhook of the number or messaging service, for incoming messages:",
    "call-record": "In the telephone exchange, paste as address to which call records are posted as JSON:",
    "pagerduty": "In the client, put in the place of https://events.pagerduty.com/v2/enqueue:",
}
_GIVE = {
    "chat": "and as its secret for signing, which is not shown again:",
    "call-record": "and as bearer token, or as password of Basic, which is not shown again:",
    "pagerduty": "and as its routing key (integration key), which is not shown again:",
}


@app.command()
def add(
    kind: Annotated[str, typer.Argument(help=f"One of {', '.join(KINDS)}.")],
    name: Annotated[str, typer.Argument(help="Lower-case letters, digits and hyphens.")],
    secret: Annotated[
        bool, typer.Option("--secret", help="Ask for a secret, also where one would be made.")
    ] = False,
    exchange: Annotated[
        str | None, typer.Option(help="For call-record: yeastar, yeastar-p or asterisk.")
    ] = None,
    options: Annotated[
        Path | None, typer.Option(help="A JSON file: `language`, `own_users`, `exchange` or `mapping`.")
    ] = None,
) -> None:
    """Let a sender in, and print what to paste at the provider.

    A secret that the provider makes is asked for, or read from a pipe; one that is made here is shown this once.
    """
    wanted: dict[str, Any] = {"kind": kind, "name": name}
    if options is not None or exchange is not None:
        wanted["options"] = {
            **(_read(options) if options else {}),
            **({"exchange": exchange} if exchange else {}),
        }
    if secret or kind in PROVIDER_MAKES:
        wanted["secret"] = _asked(PROVIDER_MAKES.get(kind, "the secret"))
    _tell(call("POST", ADDRESS, wanted))


def _asked(what: str) -> str:
    """Not an argument, because what stands in a command line can be seen by everybody on the machine."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    prompted: str = typer.prompt(f"{what[:1].upper()}{what[1:]}", hide_input=True)
    return prompted.strip()


def _tell(made: dict[str, Any]) -> None:
    """What to do at the provider."""
    kind, name, url = made["kind"], made["name"], made["url"]
    console.print(_PASTE.get(kind, "At the provider, paste as address of the webhook:"))
    console.print(f"  {url}", markup=False)
    if made["secret"]:
        console.print(_GIVE.get(kind, "and as its secret, which is not shown again:"))
        console.print(f"  {made['secret']}", markup=False)
    if is_loopback(urlsplit(url).hostname or ""):
        console.print(
            "Only this machine reaches that address: for others set CANDOR_PUBLIC_URL, then list again."
        )
    console.print(f"Then try it: candor source test {name}")


@app.command("list")
def listed() -> None:
    """List the sources: name, kind, when they were made, and whole the address to paste."""
    found = call("GET", ADDRESS)["sources"]
    if not found:
        console.print("There are none; `candor source add` lets one in.")
    for one in found:
        made = datetime.fromisoformat(one["created_at"]).strftime("%Y-%m-%d %H:%M")
        console.print(f"{one['name']}  {one['kind']}  made {made} UTC\n  {one['url']}", markup=False)


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


def _read(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        fail(f"{path} can't be used: {error}")
    if not isinstance(read, dict):
        fail(f'{path} has to hold a JSON object, like {{"exchange": "asterisk"}}')
    return read
