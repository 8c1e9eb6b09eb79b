"""Who is there to take incidents, and how much everybody has, as of one transaction."""

from collections import Counter
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection

from candor_common.charter import Charter
from candor_common.events import (
    Incident,
    IncidentAssigned,
    IncidentEscalated,
    IncidentOpened,
    IncidentReopened,
)
from candor_triage import store
from candor_triage.domain.assignment import Given, Rota, give, give_again, needs_owner, relieve
from candor_triage.domain.life import Change

_LEAVES_NOBODY = (IncidentOpened, IncidentReopened, IncidentAssigned, IncidentEscalated)


class Roster:
    """Finds owners for incidents that a change has left without one; asks the database only when there is one to find."""

    def __init__(self, connection: Connection, charter: Charter, now: datetime) -> None:
        self._connection = connection
        self._charter = charter
        self._now = now

    def after(self, change: Change) -> Given:
        """Who is to have the incident after a change; nothing to do where the charter names no people."""
        if not self._charter.people or not isinstance(change.fact, _LEAVES_NOBODY):
            return Given()
        if isinstance(change.fact, IncidentReopened) and change.incident.owner is not None:
            return self._relieved(change.incident)
        if not needs_owner(change.incident):
            return Given()
        return self._noted(change.incident, give(change.incident, self._charter, self._rota))

    def again(self, incident: Incident) -> Given:
        """Who is to have an incident for which nobody was on shift before."""
        return self._noted(incident, give_again(incident, self._charter, self._rota))

    def _relieved(self, incident: Incident) -> Given:
        if incident.owner in self._on_shift:
            return Given()
        given = relieve(incident, self._charter, self._rota)
        # As it was over, it was no load of its owner's.
        return self._noted(incident.model_copy(update={"owner": None}), given)

    @cached_property
    def _on_shift(self) -> frozenset[str]:
        return self._charter.on_shift(self._now)

    @cached_property
    def _load(self) -> Counter[str]:
        return Counter(store.load(self._connection))

    @cached_property
    def _rota(self) -> Rota:
        return Rota(self._now, self._on_shift, self._load)

    def _noted(self, before: Incident, given: Given) -> Given:
        """What somebody gets counts for whoever gets the next one."""
        if given.change and given.change.incident.owner:
            self._load[given.change.incident.owner] += 1
            if before.owner:
                self._load[before.owner] -= 1
        return given
