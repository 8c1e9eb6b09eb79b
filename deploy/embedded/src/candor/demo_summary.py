"""What the demo's day came to: the promises of each incident, and the mails that were sent."""

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from candor.demo_stage import Json, Stage

_STYLES = {"kept": "green", "breached": "red", "open": "yellow"}
_KINDS = {"first_response": "first response", "next_update": "next update", "resolution": "resolution"}


def promises(stage: Stage) -> Table:
    """Per incident, its promises and how they ended."""
    table = Table("incident", "what", "", *_KINDS.values(), title="Promises", title_justify="left")
    for one in _oldest_first(stage):
        made = stage.promises(one["id"])
        states = (Text("\n").join(_states(made, kind)) for kind in _KINDS)
        table.add_row(one["id"], Text(one["title"]), one["priority"], *states)
    return table


def mails(stage: Stage) -> Table:
    """The mails that were sent, in their order."""
    table = Table("mail", "language", "to", title="Mails", title_justify="left")
    for message in reversed(stage.messages()):
        letter = stage.letter(message)
        table.add_row(Text(letter.subject), letter.language, Text(letter.to))
    return table


def counted(stage: Stage) -> str:
    """All promises in one line."""
    states = [made["state"] for one in _oldest_first(stage) for made in stage.promises(one["id"])]
    return ", ".join(f"{states.count(state)} {state}" for state in _STYLES)


def _oldest_first(stage: Stage) -> list[Json]:
    found: list[Json] = stage.read("/v1/incidents")["incidents"]
    return found[::-1]


def _states(made: list[Json], kind: str) -> Iterator[Text]:
    for one in sorted(made, key=lambda promise: str(promise["made_at"])):
        if one["kind"] == kind:
            yield Text(one["state"], _STYLES.get(one["state"], "dim"))
