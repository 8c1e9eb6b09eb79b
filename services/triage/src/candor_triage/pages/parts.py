"""The parts of an incident's stream: what the customer said, what we said, what only the team reads, and the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from candor_triage.domain.timeline import Entry
from candor_triage.words import KINDS

Part: TypeAlias = Literal["all", "customer", "ours", "notes", "system"]
_PARTS: Mapping[str, Part] = {
    **dict.fromkeys(("reply", "message", "auto_reply", "bulk", "bounce", "survey_answered"), "customer"),
    **dict.fromkeys(("updated", "asked", "estimated", "workaround", "resolved"), "ours"),
    **dict.fromkeys(("note", "decision", "warning"), "notes"),
}
"""To which part of the stream an entry belongs; all others are the system's."""


@dataclass(frozen=True, slots=True)
class Told:
    """A timeline entry, and to which part of the stream it belongs."""

    entry: Entry
    part: Part


def parted(entries: Sequence[Entry], show: Part) -> list[Told]:
    """What happened, with the part that each entry belongs to; of one part only where that is asked for."""
    told = [Told(_in_house_words(one), _PARTS.get(one.kind, "system")) for one in entries]
    return [one for one in told if show in ("all", one.part)]


def _in_house_words(entry: Entry) -> Entry:
    """A line about a promise with the promise as the other parts of the page call it."""
    if not entry.kind.startswith("promise_"):
        return entry
    kind = next((one for one in KINDS if one.replace("_", " ") in entry.text), "")
    return replace(entry, text=entry.text.replace(kind.replace("_", " "), KINDS[kind], 1)) if kind else entry
