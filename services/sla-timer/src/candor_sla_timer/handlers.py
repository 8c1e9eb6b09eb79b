"""What happens to promises when something happened to an incident, or a message left."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from candor_common.database import Transaction
from candor_common.events import (
    CustomerAsked,
    Envelope,
    EstimateGiven,
    Fact,
    FollowUpDone,
    FollowUpOpened,
    IncidentAssigned,
    IncidentCancelled,
    IncidentClosed,
    IncidentEscalated,
    IncidentMerged,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentResumed,
    IncidentUpdated,
    IncidentVerified,
    MessageSent,
    PriorityChanged,
    Promise,
    RequestJoined,
)
from candor_common.service import Context, Subscriptions
from candor_sla_timer import store
from candor_sla_timer.domain.agenda import Agenda, counted
from candor_sla_timer.domain.changes import PromiseFact, changes, current
from candor_sla_timer.domain.heard import known_from
from candor_sla_timer.domain.history import HistoryFact, Opened
from candor_sla_timer.tally import count

SOON = timedelta(seconds=2)
"""The scheduler looks every second by itself; only what comes earlier must wake it."""
_EMPTY = store.Book()


def keep_promises(transaction: Transaction, envelopes: Sequence[Envelope[Fact]], context: Context) -> None:
    """Add what is new to the histories and count the promises of these incidents again.

    One handler for all events, so that a round takes five statements (three when an incident begins alone) and locks
    its incidents in one order.
    """
    heard = [(known, one) for one in envelopes if (known := known_from(one, context.charter))]
    if not heard:
        return
    causes = {known.incident_id: envelope for known, envelope in heard}
    facts = [known for known, _ in heard]
    written = _hold(transaction.connection, facts, causes)
    store.add_facts(transaction.connection, facts)
    recounts = [_recount(history, written.get(name, _EMPTY)) for name, history in _by_incident(facts).items()]
    for told in (fact for one in recounts for fact in one.told):
        transaction.emit(told, cause=causes[told.subject])
    agendas = {name: one for recount in recounts for name, one in recount.agendas.items()}
    looked_at = [promise for one in recounts for promise in one.looked_at]
    first = store.write(transaction.connection, looked_at, agendas, transaction.now)
    if first is not None and first < transaction.now + SOON:
        transaction.wake("sla-timer.due")


@dataclass(frozen=True, slots=True)
class _Recount:
    """What has changed about the promises of an incident."""

    told: Sequence[PromiseFact]
    looked_at: Sequence[Promise]
    """Those of which the scheduler has to know anew."""
    agendas: Mapping[str, Agenda]


def _recount(history: Sequence[HistoryFact], book: store.Book) -> _Recount:
    """What was written first counts, so that a fact that comes twice changes nothing."""
    now = counted([*history, *book.history])
    told = changes(book.promises, now.promises)
    count(told)
    changed = {fact.promise.id for fact in told}
    # The turns of what was missed move with its pauses, although nothing is said about the promise itself.
    waiting = {name for name, one in now.agendas.items() if one.turns}
    standing = current(book.promises, told)
    return _Recount(told, [standing[name] for name in changed | waiting], now.agendas)


def _hold(
    connection: Connection, facts: Sequence[HistoryFact], causes: Mapping[str, Envelope[Fact]]
) -> Mapping[str, store.Book]:
    """Lock the incidents, and read what is written about them. Of one that has just begun that is mostly nothing."""
    traces = {incident_id: cause.traceparent for incident_id, cause in causes.items()}
    match facts:
        case [Opened(incident_id=one)] if store.begin(connection, one, traces[one]):
            return {}
    store.lock(connection, traces)
    return store.books(connection, traces)


def _by_incident(facts: Iterable[HistoryFact]) -> Mapping[str, list[HistoryFact]]:
    found: dict[str, list[HistoryFact]] = defaultdict(list)
    for one in facts:
        found[one.incident_id].append(one)
    return found


subscriptions: Subscriptions = {
    IncidentOpened: keep_promises,
    RequestJoined: keep_promises,
    IncidentAssigned: keep_promises,
    IncidentEscalated: keep_promises,
    PriorityChanged: keep_promises,
    IncidentUpdated: keep_promises,
    CustomerAsked: keep_promises,
    IncidentResumed: keep_promises,
    EstimateGiven: keep_promises,
    IncidentResolved: keep_promises,
    IncidentVerified: keep_promises,
    IncidentReopened: keep_promises,
    IncidentClosed: keep_promises,
    IncidentMerged: keep_promises,
    IncidentCancelled: keep_promises,
    MessageSent: keep_promises,
    FollowUpOpened: keep_promises,
    FollowUpDone: keep_promises,
}
