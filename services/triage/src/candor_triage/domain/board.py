"""The board: which promise of an incident comes next, and which incident is the most urgent. Values in, values out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from candor_common.events import Incident, IncidentStatus, Lane, Priority, PromiseKind, PromiseState
from candor_triage.domain.rules import ACTIVE

WORDS = frozenset({PromiseKind.FIRST_RESPONSE, PromiseKind.NEXT_UPDATE, PromiseKind.NEXT_REPLY})
"""Promises of a word to the customer; any later word makes a missed one good."""
FIXES = frozenset({PromiseKind.RESOLUTION, PromiseKind.ESTIMATE})
"""Promises of the end of the trouble; only that end makes a missed one good."""
FOLLOWED_UP = frozenset({PromiseKind.FOLLOW_UP, PromiseKind.IMPROVEMENT_REPLY})
"""Promises that an answer to a survey leads to, mostly after the end; a form on the incident's page keeps them."""
ACTIVE_STATUSES = frozenset(ACTIVE)


class Urgency(StrEnum):
    """How a promise stands now, the most urgent first."""

    MISSED = "missed"
    AT_RISK = "at_risk"
    RUNNING = "running"
    PAUSED = "paused"
    NONE = "none"
    """Nothing is promised."""


_RANK = {urgency: rank for rank, urgency in enumerate(Urgency)}


@dataclass(frozen=True, slots=True)
class Pledge:
    """A promise as the board needs it. Times are in UTC."""

    id: str
    incident_id: str
    kind: PromiseKind
    state: PromiseState
    running: bool
    due_at: datetime
    warn_at: datetime
    kept_at: datetime | None = None

    def urgency(self, now: datetime) -> Urgency:
        """How it stands. One whose time is over is missed, also in the second before that is found out."""
        if self.state is PromiseState.BREACHED:
            return Urgency.MISSED
        if self.state is not PromiseState.OPEN:
            return Urgency.NONE
        if not self.running:
            return Urgency.PAUSED
        if self.due_at <= now:
            return Urgency.MISSED
        return Urgency.AT_RISK if self.warn_at <= now else Urgency.RUNNING


@dataclass(frozen=True, slots=True)
class Standing:
    """What is owed for an incident: the most urgent promise, the one that comes due after it, and the silence."""

    urgency: Urgency = Urgency.NONE
    first: Pledge | None = None
    then: Pledge | None = None
    """The next one that can still be kept, where the first one can't."""
    last_word_at: datetime | None = None
    """When a person last kept a promise of a word."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the board must know of every incident to choose and sort."""

    id: str
    status: IncidentStatus
    priority: Priority
    lane: Lane
    team: str
    kind: str
    owner: str | None
    unsure: bool
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """Which incidents to show; an empty part lets all pass."""

    lane: str = ""
    team: str = ""
    kind: str = ""
    status: str = ""
    owner: str = ""
    nobody: bool = False
    unsure: bool = False

    def takes(self, entry: Entry) -> bool:
        """Whether an incident is chosen. Without a status only those that are to be worked on are."""
        asked = ((self.lane, entry.lane), (self.team, entry.team), (self.kind, entry.kind))
        fits = all(not wanted or wanted == found for wanted, found in asked)
        owned = not (self.owner and self.owner != entry.owner) and not (self.nobody and entry.owner)
        in_status = entry.status == self.status if self.status else entry.status in ACTIVE_STATUSES
        return fits and owned and in_status and (entry.unsure or not self.unsure)


def standing(pledges: Iterable[Pledge], now: datetime, *, works_again: bool = False) -> Standing:
    """What is owed for one incident, out of all its promises that were not withdrawn."""
    known = list(pledges)
    last_word = max((one.kept_at for one in known if one.kind in WORDS and one.kept_at), default=None)
    owed = [one for one in known if _counts(one, last_word, works_again)]
    ranked = sorted(owed, key=lambda one: (_RANK[one.urgency(now)], one.due_at, one.id))
    if not ranked:
        return Standing(last_word_at=last_word)
    first = ranked[0]
    ahead = [one for one in ranked if one is not first and one.urgency(now) is not Urgency.MISSED]
    return Standing(first.urgency(now), first, ahead[0] if ahead else None, last_word)


def by_urgency(entries: Iterable[Entry], standings: Mapping[str, Standing]) -> list[Entry]:
    """Missed ones first, then those at risk, then the others by due time, paused ones last; equal ones by priority."""
    return sorted(entries, key=lambda one: place(one, standings.get(one.id, Standing())))


def place(one: Entry | Incident, found: Standing) -> str:
    """Where an incident stands on the board, as text: what sorts first stands above. The browser sorts by it, too."""
    due = found.first.due_at if found.first else one.opened_at
    return f"{_RANK[found.urgency]} {due.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f} {one.priority.value} {one.id}"


def counts(entries: Sequence[Entry], owner: str) -> dict[str, int]:
    """How many incidents each tab of the board has."""
    return {
        "all": len(entries),
        "emergency": sum(one.lane is Lane.EMERGENCY for one in entries),
        "vip": sum(one.lane is Lane.VIP for one in entries),
        "mine": sum(bool(owner) and one.owner == owner for one in entries),
        "nobody": sum(one.owner is None for one in entries),
        "unsure": sum(one.unsure for one in entries),
    }


def _counts(one: Pledge, last_word: datetime | None, works_again: bool) -> bool:
    if one.state is PromiseState.OPEN:
        return True
    if one.state is not PromiseState.BREACHED:
        return False
    if one.kind in WORDS:
        return last_word is None or last_word <= one.due_at
    return one.kind not in FIXES or not works_again
