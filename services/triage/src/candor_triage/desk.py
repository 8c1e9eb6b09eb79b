"""What comes in is put where it belongs: a batch of requests, and the incidents as they stand after each of them."""

from collections.abc import Iterable, Sequence

from candor_common.charter import Charter
from candor_common.database import Transaction
from candor_common.events import (
    Envelope,
    Incident,
    IncidentStatus,
    ReplyReceived,
    RequestReceived,
    SignalReceived,
)
from candor_triage import store
from candor_triage.domain.answers import parts_of
from candor_triage.domain.arrival import Fate, Outcome, can_take, newest, receive
from candor_triage.domain.hints import seems_to_follow, with_hint
from candor_triage.domain.opening import Inbound
from candor_triage.journal import Journal
from candor_triage.roster import Roster


def take_in(transaction: Transaction, envelopes: Sequence[Envelope[Inbound]], charter: Charter) -> None:
    """Turn requests, replies and signals into incidents, or add them to those they belong to, in order."""
    seen = store.known_requests(transaction.connection, [one.fact.request_id for one in envelopes])
    fresh = [envelope for envelope in envelopes if envelope.fact.request_id not in seen]
    if not fresh:
        return
    desk = _Desk(transaction, [envelope.fact for envelope in fresh], charter)
    journal = Journal(transaction, Roster(transaction.connection, charter, transaction.now))
    for envelope in fresh:
        outcome = desk.receive(envelope.fact)
        if outcome is None:
            continue
        journal.note(outcome.entries, envelope.id)
        for change in outcome.changes:
            desk.stands(journal.tell(change, cause=envelope))
    journal.write()
    desk.write()


class _Desk:
    """The incidents that a batch of requests is about, as they stand after each of them."""

    def __init__(self, transaction: Transaction, requests: Sequence[Inbound], charter: Charter) -> None:
        connection = transaction.connection
        replied = {one.incident_id for one in requests if isinstance(one, ReplyReceived)}
        signals = [one for one in requests if isinstance(one, SignalReceived)]
        named = replied | {one for request in requests if (one := seems_to_follow(request))}
        self._aliases = store.aliases(connection, named) if named else {}
        ids = named | set(self._aliases.values()) | {one.reference for one in requests}
        since = min((one.received_at for one in signals), default=transaction.now) - charter.reopen_within
        found = store.concerned(connection, ids, {one.signal_key for one in signals}, since)
        self._transaction = transaction
        self._charter = charter
        self._incidents = dict(found.incidents)
        self._followed_by = dict(found.followed_by)
        waiting = [one for one in self._incidents.values() if one.question]
        self._merged = store.merged_into(connection, waiting)
        self._fates: dict[str, tuple[Fate, str | None]] = {}
        self._new_aliases: dict[str, str] = {}
        self._new_links: dict[str, str] = {}
        self._by_signal: dict[str, set[str]] = {}
        self._index(self._incidents.values())

    def receive(self, request: Inbound) -> Outcome | None:
        """Decide about a request and remember what it changes; nothing when it was seen before."""
        if request.request_id in self._fates:
            return None
        known = self._concerned(request)
        outcome = receive(request, known, self._charter, self._parts(known))
        if near := self._near(request):
            outcome = with_hint(outcome, near, request.received_at)
        self._fates[request.request_id] = outcome.fate, outcome.incident_id
        if outcome.incident_id is not None and outcome.incident_id != request.reference:
            self._new_aliases[request.reference] = outcome.incident_id
        if outcome.follows and outcome.incident_id:
            self._link(outcome.follows, outcome.incident_id, request)
        return outcome

    def stands(self, incident: Incident) -> None:
        """Remember what a change has made of an incident."""
        self._incidents[incident.id] = incident
        self._index([incident])

    def write(self) -> None:
        connection = self._transaction.connection
        store.lead(connection, self._new_aliases)
        store.link(connection, self._new_links)
        store.note_requests(connection, self._fates, self._transaction.now)

    def _index(self, incidents: Iterable[Incident]) -> None:
        for one in incidents:
            if one.signal_key is not None:
                self._by_signal.setdefault(one.signal_key, set()).add(one.id)

    def _concerned(self, request: Inbound) -> Incident | None:
        if isinstance(request, SignalReceived):
            known = (self._incidents[one] for one in self._by_signal.get(request.signal_key, ()))
            return newest(self._surviving(one) for one in known)
        if isinstance(request, RequestReceived):
            known_as = self._incidents.get(request.reference)
            return self._surviving(known_as) if known_as else None
        return self._going_on(request)

    def _surviving(self, incident: Incident) -> Incident:
        """The incident itself, or the one that it was merged into in the end."""
        while incident.status is IncidentStatus.MERGED:
            incident = self._incidents[self._followed_by[incident.id]]
        return incident

    def _near(self, request: Inbound) -> Incident | None:
        """The incident that a request seems to be about, although it continues none."""
        named = seems_to_follow(request)
        known = self._incidents.get(self._aliases.get(named, named)) if named else None
        return self._surviving(known) if known else None

    def _going_on(self, reply: ReplyReceived) -> Incident | None:
        """The incident replied to, or the last of those that came after it when it is over."""
        target = self._aliases.get(reply.incident_id) or self._new_aliases.get(reply.incident_id)
        known = self._incidents.get(target or reply.incident_id)
        while known and not can_take(known, reply, self._charter):
            later = self._incidents.get(self._followed_by.get(known.id, ""))
            if later is None:
                break
            known = later
        return known

    def _parts(self, known: Incident | None) -> list[Incident]:
        """Those that were merged into an incident, as far as somebody waits for an answer in it."""
        return [self._merged[id] for id in parts_of(known) if id in self._merged] if known else []

    def _link(self, old: str, new: str, request: Inbound) -> None:
        replied = request.incident_id if isinstance(request, ReplyReceived) else old
        for one in {old, self._aliases.get(replied, replied)} & self._incidents.keys():
            self._followed_by[one] = self._new_links[one] = new
