"""What triage does about events: requests open incidents or join them; all else is noted in their timelines."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from candor_common.charter import Charter
from candor_common.database import Transaction
from candor_common.events import (
    Envelope,
    Incident,
    MessageDelayed,
    MessageRefused,
    MessageSent,
    PromiseAtRisk,
    PromiseBreached,
    PromiseKept,
    PromiseMade,
    PromiseWithdrawn,
    ReplyReceived,
    RequestReceived,
    SignalReceived,
    SurveyAnswered,
)
from candor_common.service import Context, Subscriptions
from candor_triage import store
from candor_triage.domain import timeline
from candor_triage.domain.arrival import Fate, Outcome, can_take, newest, receive
from candor_triage.domain.incident import Inbound
from candor_triage.journal import Journal


def open_or_join(transaction: Transaction, envelopes: Sequence[Envelope[Inbound]], context: Context) -> None:
    """Turn requests, replies and signals into incidents, or add them to those they belong to, in order."""
    seen = store.known_requests(transaction.connection, [one.fact.request_id for one in envelopes])
    fresh = [envelope for envelope in envelopes if envelope.fact.request_id not in seen]
    if not fresh:
        return
    desk = _Desk(transaction, [envelope.fact for envelope in fresh], context.charter)
    journal = Journal(transaction)
    for envelope in fresh:
        outcome = desk.receive(envelope.fact, transaction.now)
        if outcome is None:
            continue
        for change in outcome.changes:
            journal.tell(change, cause=envelope)
        journal.note(outcome.entries, envelope.id)
    journal.write()
    desk.write(transaction)


class _Desk:
    """The incidents that a batch of requests is about, as they stand after each of them."""

    def __init__(self, transaction: Transaction, requests: Sequence[Inbound], charter: Charter) -> None:
        connection = transaction.connection
        replied = {one.incident_id for one in requests if isinstance(one, ReplyReceived)}
        signals = [one for one in requests if isinstance(one, SignalReceived)]
        self._aliases = store.aliases(connection, replied) if replied else {}
        ids = replied | set(self._aliases.values()) | {one.reference for one in requests}
        since = min((one.received_at for one in signals), default=transaction.now) - charter.reopen_within
        found = store.concerned(connection, ids, {one.signal_key for one in signals}, since)
        self._charter = charter
        self._incidents = dict(found.incidents)
        self._followed_by = dict(found.followed_by)
        self._fates: dict[str, tuple[Fate, str | None]] = {}
        self._new_aliases: dict[str, str] = {}
        self._new_links: dict[str, str] = {}
        self._by_signal: dict[str, set[str]] = {}
        self._index(self._incidents.values())

    def receive(self, request: Inbound, now: datetime) -> Outcome | None:
        """Decide about a request and remember what it changes; nothing when it was seen before."""
        if request.request_id in self._fates:
            return None
        outcome = receive(request, self._concerned(request), self._charter, now)
        self._fates[request.request_id] = outcome.fate, outcome.incident_id
        for change in outcome.changes:
            self._incidents[change.incident.id] = change.incident
            self._index([change.incident])
        if outcome.incident_id is not None and outcome.incident_id != request.reference:
            self._new_aliases[request.reference] = outcome.incident_id
        if outcome.follows and outcome.incident_id:
            self._link(outcome.follows, outcome.incident_id, request)
        return outcome

    def write(self, transaction: Transaction) -> None:
        store.lead(transaction.connection, self._new_aliases)
        store.link(transaction.connection, self._new_links)
        store.note_requests(transaction.connection, self._fates, transaction.now)

    def _index(self, incidents: Iterable[Incident]) -> None:
        for one in incidents:
            if one.signal_key is not None:
                self._by_signal.setdefault(one.signal_key, set()).add(one.id)

    def _concerned(self, request: Inbound) -> Incident | None:
        if isinstance(request, SignalReceived):
            return newest(self._incidents[one] for one in self._by_signal.get(request.signal_key, ()))
        if isinstance(request, RequestReceived):
            return self._incidents.get(request.reference)
        return self._going_on(request)

    def _going_on(self, reply: ReplyReceived) -> Incident | None:
        """The incident replied to, or the one that came after it when it is over."""
        target = self._aliases.get(reply.incident_id) or self._new_aliases.get(reply.incident_id)
        first = self._incidents.get(target or reply.incident_id)
        later = self._incidents.get(self._followed_by.get(first.id, "")) if first else None
        if first is None or later is None or can_take(first, reply, self._charter):
            return first
        return later

    def _link(self, old: str, new: str, request: Inbound) -> None:
        replied = request.incident_id if isinstance(request, ReplyReceived) else old
        for one in {old, self._aliases.get(replied, replied)} & self._incidents.keys():
            self._followed_by[one] = self._new_links[one] = new


def note(transaction: Transaction, envelopes: Sequence[Envelope[Any]], _context: Context) -> None:
    """Show in the timeline how promises, messages and surveys fare."""
    journal = Journal(transaction)
    for envelope in envelopes:
        if isinstance(envelope.fact, MessageSent | MessageDelayed | MessageRefused):
            journal.note([timeline.of_message(envelope.fact.message, envelope.time)], envelope.id)
        elif entry := timeline.of_fact(envelope.fact, envelope.time):
            journal.note([entry], envelope.id)
    journal.write()


subscriptions: Subscriptions = {
    RequestReceived: open_or_join,
    ReplyReceived: open_or_join,
    SignalReceived: open_or_join,
    MessageSent: note,
    MessageDelayed: note,
    MessageRefused: note,
    PromiseMade: note,
    PromiseAtRisk: note,
    PromiseKept: note,
    PromiseBreached: note,
    PromiseWithdrawn: note,
    SurveyAnswered: note,
}
