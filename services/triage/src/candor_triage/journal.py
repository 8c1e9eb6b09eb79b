"""What one transaction does to incidents: gathered change by change, written with a few statements at the end."""

from collections.abc import Iterable
from datetime import datetime

import structlog

from candor_common.database import Transaction
from candor_common.events import Envelope, Fact, Incident, IncidentOpened, IncidentState, IncidentStatus
from candor_triage import said, search, store, timeline_store
from candor_triage.domain import timeline
from candor_triage.domain.assignment import Given, ends_search
from candor_triage.domain.life import Change
from candor_triage.domain.timeline import Entry
from candor_triage.roster import Roster

RESOLVED = "triage.resolved"
"""The bell that rings when an incident was resolved, so that it is verified and closed in time."""
UNOWNED = "triage.unowned"
"""The bell that rings when nobody was on shift for an incident, so that somebody is looked for in time."""
log = structlog.get_logger()


class Journal:
    """Emits every fact, and per incident one snapshot of what it has become in the end."""

    def __init__(self, transaction: Transaction, roster: Roster | None = None) -> None:
        self._transaction = transaction
        self._roster = roster
        self._newest: dict[str, tuple[Incident, Envelope[Fact]]] = {}
        self._entries: list[tuple[Entry, str]] = []
        self._told: list[Envelope[Fact]] = []
        self._searches: dict[str, datetime | None] = {}

    def tell(
        self, change: Change, *, cause: Envelope[Fact] | None = None, traceparent: str | None = None
    ) -> Incident:
        """Emit the fact of a change and note it; with a roster, find an owner for what is left without one.

        The incident is written as it is after the last change told; returns it.
        """
        told = self._transaction.emit(change.fact, cause=cause, traceparent=traceparent)
        self._newest[change.incident.id] = change.incident, told
        self._told.append(told)
        if change.incident.status is IncidentStatus.RESOLVED:
            self._transaction.wake(RESOLVED)
        self.note(filter(None, [timeline.of_change(change.fact, self._transaction.now)]), told.id)
        if ends_search(change.fact):
            self._searches[change.incident.id] = None
        given = self._roster.after(change) if self._roster else Given()
        if given.warning:
            self._warn(change.incident, given.warning, told.id)
        after = self.tell(given.change, cause=cause, traceparent=traceparent) if given.change else None
        if given.look_at:
            self._look_at(change.incident.id, given.look_at)
        return after or change.incident

    def look_again(self, incident: Incident) -> None:
        """Find somebody on shift for an incident for which nobody was; needs a roster."""
        given = self._roster.again(incident) if self._roster else Given()
        if given.change:
            self.tell(given.change)
        self._searches[incident.id] = None
        if given.look_at:
            self._look_at(incident.id, given.look_at)

    def note(self, entries: Iterable[Entry], event_id: str) -> None:
        """Add to timelines what the event with this id was about."""
        self._entries.extend((entry, event_id) for entry in entries)

    def write(self) -> None:
        """Write everything told and noted. Call it once, at the end."""
        for newest, told in self._newest.values():
            self._transaction.emit(IncidentState(incident=newest), cause=told)
        store.save(self._transaction.connection, [newest for newest, _ in self._newest.values()])
        timeline_store.note_entries(self._transaction.connection, self._entries)
        said.keep(self._transaction.connection, self._told)
        search.keep(self._transaction.connection, self._open_searches())

    def _warn(self, incident: Incident, warning: str, event_id: str) -> None:
        log.warning("nobody_on_shift", incident_id=incident.id, team=incident.team, why=warning)
        self.note([timeline.of_warning(incident.id, warning, self._transaction.now)], event_id)

    def _look_at(self, incident_id: str, moment: datetime) -> None:
        self._searches[incident_id] = moment
        self._transaction.wake(UNOWNED)

    def _open_searches(self) -> dict[str, datetime | None]:
        """For what has just been opened there was none before that could be over."""
        new = {told.subject for told in self._told if isinstance(told.fact, IncidentOpened)}
        return {id: at for id, at in self._searches.items() if at or id not in new}
