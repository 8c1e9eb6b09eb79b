"""Who is there to take incidents, and how much everybody has, as of one transaction."""

from collections import Counter
from datetime import datetime

from sqlalchemy import Connection

from candor_common.charter import Charter
from candor_common.events import (
    IncidentAssigned,
    IncidentEscalated,
    IncidentOpened,
    IncidentReopened,
)
from candor_triage import store
from candor_triage.domain.assignment import Given, give, needs_owner
from candor_triage.domain.life import Change

_LEAVES_NOBODY = (IncidentOpened, IncidentReopened, IncidentAssigned, IncidentEscalated)


class Roster:
    """Finds owners for incidents that a change has left without one; asks the database only when there is one to find."""

    def __init__(self, connection: Connection, charter: Charter, now: datetime) -> None:
        self._connection = connection
        self._charter = charter
        self._now = now
        self._load: Counter[str] | None = None
        self._on_shift: frozenset[str] = frozenset()

    def after(self, change: Change) -> Given:
        """Who is to have the incident after a change; nothing to do where the charter names no people."""
        if not self._charter.people or not isinstance(change.fact, _LEAVES_NOBODY):
            return Given()
        return self._give(change) if needs_owner(change.incident) else Given()

    def _give(self, change: Change) -> Given:
        if self._load is None:
            self._load = Counter(store.load(self._connection))
            self._on_shift = self._charter.on_shift(self._now)
        given = give(change.incident, self._charter, self._on_shift, self._load)
        if given.change and given.change.incident.owner:
            self._load[given.change.incident.owner] += 1
        return given
