"""How an incident went: its changes in order, and what follows from them for clocks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from candor_sla_timer.domain.history import (
    Asked,
    Cancelled,
    Closed,
    Estimated,
    Merged,
    NewTerms,
    Opened,
    Reopened,
    Resolved,
    Resumed,
    Turn,
    Verified,
)
from candor_sla_timer.domain.terms import Terms


@dataclass(frozen=True, slots=True)
class Stage:
    """From when on which terms held."""

    at: datetime
    terms: Terms


@dataclass(frozen=True, slots=True)
class Wait:
    """While the customer had the word; without an end when they still have it."""

    since: datetime
    until: datetime | None


def turns(opened: Opened, heard: Iterable[Turn]) -> list[Turn]:
    """What changed, up to the end. It follows the incident's versions; a time that steps back counts as the time
    before it. What makes no sense where it stands is left out: a second resolution, an estimate for what works.
    A closing is no end, as what was closed may be opened again."""
    taken: list[Turn] = []
    at, over = opened.at, False
    for turn in sorted(heard, key=lambda one: (one.version, one.event_id)):
        at = max(at, turn.at)
        if isinstance(turn, Asked | Estimated | Resolved if over else Reopened | Verified):
            continue
        over = (over or isinstance(turn, Resolved | Closed)) and not isinstance(turn, Reopened)
        taken.append(turn.model_copy(update={"at": at}))
        if isinstance(turn, Merged | Cancelled):
            break
    return taken


def stages(opened: Opened, taken: Sequence[Turn]) -> list[Stage]:
    """The terms one after the other; those of the opening first."""
    later = (Stage(turn.at, turn.terms) for turn in taken if isinstance(turn, NewTerms))
    return [Stage(opened.at, opened.terms), *later]


def waits(taken: Sequence[Turn]) -> list[Wait]:
    """Each wait for the customer. A resolution ends it as an answer does."""
    found: list[Wait] = []
    since: datetime | None = None
    for turn in taken:
        match turn:
            case Asked():
                since = since or turn.at
            case Resumed() | Resolved() | Closed() | Merged() | Cancelled() if since:
                found.append(Wait(since, turn.at))
                since = None
    return [*found, Wait(since, None)] if since else found
