"""`candor promise explain`: why a promise is due when it is, in words and as a strip."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from candor.calling import call

app = typer.Typer(help="Promises to customers.", no_args_is_help=True)

WIDTH = 64
"""Characters of a strip."""
_DRAWN: Mapping[str, tuple[str, str]] = {
    "working": ("█", "green"),
    "paused": ("▒", "yellow"),
    "closed": ("·", "dim"),
    "overrun": ("▓", "red"),
}
"""How what a clock does is drawn; what a later version tells is left blank."""

console = Console(highlight=False)


@app.callback()
def _promise() -> None:
    """Promises to customers."""


@app.command("explain")
def explain(promise: Annotated[str, typer.Argument(help="Its id, as `GET /v1/promises` shows it.")]) -> None:
    """Show why a promise is due when it is: the arithmetic in words, and a strip of working time."""
    found = call("GET", f"/v1/promises/{promise}/explain")
    of = found["promise"]
    console.print(
        f"{of['incident_id']}  {of['kind'].replace('_', ' ')}  {of['state']}", style="bold", markup=False
    )
    for sentence in found["words"]:
        console.print(sentence, markup=False)
    if found["strip"]:
        console.print(drawn(found["strip"]))
        console.print(legend(found["strip"]))
    console.print(found["result"], markup=False)


def drawn(strip: Sequence[Mapping[str, Any]], width: int = WIDTH) -> Text:
    """A strip in characters: as long as it lasted, but nothing shorter than one of them."""
    start, end = _moment(strip[0]["from"]), _moment(strip[-1]["to"])
    text, at = Text(), 0
    for stretch in strip:
        until = round(width * ((_moment(stretch["to"]) - start) / (end - start)))
        length = max(until - at, 1)
        character, style = _DRAWN.get(stretch["kind"], (" ", ""))
        text.append(character * length, style)
        at += length
    return text


def legend(strip: Sequence[Mapping[str, Any]]) -> Text:
    """What the characters of a strip mean."""
    text = Text()
    for kind in dict.fromkeys(stretch["kind"] for stretch in strip):
        character, style = _DRAWN.get(kind, (" ", ""))
        text.append(character, style).append(f" {kind}   ")
    return text


def _moment(spelled: str) -> datetime:
    return datetime.fromisoformat(spelled)
