"""What one transaction does to incidents: gathered change by change, written with a few statements at the end."""

from collections.abc import Iterable

from candor_common.database import Transaction
from candor_common.events import Envelope, Fact, Incident, IncidentState, IncidentStatus
from candor_triage import store
from candor_triage.domain.incident import Change
from candor_triage.domain.timeline import Entry

RESOLVED = "triage.resolved"
"""The bell that rings when an incident was resolved, so that it is closed in time."""


class Journal:
    """Emits every fact, and per incident one snapshot of what it has become in the end."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._newest: dict[str, tuple[Incident, Envelope[Fact]]] = {}
        self._entries: list[tuple[Entry, str]] = []

    def tell(
        self, change: Change, *, cause: Envelope[Fact] | None = None, traceparent: str | None = None
    ) -> Envelope[Fact]:
        """Emit the fact of a change; the incident is written as it is after the last one told."""
        told = self._transaction.emit(change.fact, cause=cause, traceparent=traceparent)
        self._newest[change.incident.id] = change.incident, told
        if change.incident.status is IncidentStatus.RESOLVED:
            self._transaction.wake(RESOLVED)
        return told

    def note(self, entries: Iterable[Entry], event_id: str) -> None:
        """Add to timelines what the event with this id was about."""
        self._entries.extend((entry, event_id) for entry in entries)

    def write(self) -> None:
        """Write everything told and noted. Call it once, at the end."""
        for newest, told in self._newest.values():
            self._transaction.emit(IncidentState(incident=newest), cause=told)
        store.save(self._transaction.connection, [newest for newest, _ in self._newest.values()])
        store.note_entries(self._transaction.connection, self._entries)
