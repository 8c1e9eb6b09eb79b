"""How an installation speaks: what all its messages share, by its settings and its charter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from candor_common.charter import Charter
from candor_common.events import Incident, IncidentStatus, Promise, PromiseKind
from candor_common.wording import Wording
from candor_common.working_time import ALWAYS_OPEN
from candor_notifier.domain.words import WORDS, Words


def _silent(_incident: Incident) -> timedelta | None:
    return None


def _unwatched(_incident: Incident) -> datetime | None:
    return None


def _unpaused(_promise: Promise) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Voice:
    """What all messages of an installation share."""

    public_url: str
    time_zone: str
    name: str
    """Whom customers know us by."""
    teams: Mapping[str, str]
    """The teams' names by id."""
    cadence: Callable[[Incident], timedelta | None] = _silent
    """How soon words follow words about an incident; None where that is no time on the clock."""
    words: Wording[Words] = WORDS
    watch: Callable[[Incident], datetime | None] = _unwatched
    """Until when a resolution is watched; None where it isn't, or not any more."""
    pauses: Callable[[Promise], bool] = _unpaused
    """Whether the clock of a promise stands still while we wait for the customer, as far as is known."""


def cadence_of(charter: Charter) -> Callable[[Incident], timedelta | None]:
    """The charter's, for incidents that are served under this version of it."""

    def cadence(incident: Incident) -> timedelta | None:
        if incident.charter_version != charter.version:
            return None
        goal = charter.goal(PromiseKind.NEXT_UPDATE, incident.priority, incident.level)
        return goal.target.open_time(ALWAYS_OPEN) if goal and goal.target.on_clock else None

    return cadence


def watch_of(charter: Charter) -> Callable[[Incident], datetime | None]:
    """The charter's, by the version of today, which is the one that ends the watch."""

    def watch(incident: Incident) -> datetime | None:
        if incident.status is not IncidentStatus.RESOLVED or incident.resolved_at is None:
            return None
        return incident.resolved_at + charter.verify_after

    return watch


def pauses_of(charter: Charter) -> Callable[[Promise], bool]:
    """The charter's, for promises that were made under this version of it."""
    return lambda promise: promise.charter_version == charter.version and promise.kind in charter.pauses
