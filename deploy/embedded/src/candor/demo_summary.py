"""What the demo's day came to: the promises of each incident, and the mails that were sent."""

from collections import Counter
from collections.abc import Iterator

from rich.table import Column, Table
from rich.text import Text

from candor.demo_stage import Json, Stage

_STYLES = {"kept": "green", "breached": "red", "open": "yellow"}
_COLUMNS = {
    "first response": {"first_response"},
    "next update": {"next_update"},
    "fix": {"resolution", "estimate"},
    "follow-up": {"follow_up", "improvement_reply"},
}
"""The kinds of promises in each."""


def promises(stage: Stage) -> Table:
    """Per incident, its promises and how they ended."""
    table = Table(
        Column("incident", no_wrap=True), "what", "", *_COLUMNS, title="Promises", title_justify="left"
    )
    for one in _oldest_first(stage):
        made = stage.promises(one["id"])
        states = (Text("\n").join(_states(made, kinds)) for kinds in _COLUMNS.values())
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
    return stage.incidents()[::-1]


def _states(made: list[Json], kinds: set[str]) -> Iterator[Text]:
    """How promises ended, in the order in which they were made; like ones are counted."""
    in_order = sorted(made, key=lambda promise: str(promise["made_at"]))
    for state, number in Counter(one["state"] for one in in_order if one["kind"] in kinds).items():
        yield Text(state if number == 1 else f"{number} {state}", _STYLES.get(state, "dim"))
