"""What happens to promises when something happened to an incident, or a message left."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from candor_common.database import Transaction
from candor_common.events import (
    Envelope,
    Fact,
    IncidentClosed,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentUpdated,
    MessageSent,
    Promise,
)
from candor_common.service import Context, Subscriptions
from candor_sla_timer import store
from candor_sla_timer.domain.changes import changes
from candor_sla_timer.domain.heard import known_from
from candor_sla_timer.domain.moments import next_moment
from candor_sla_timer.domain.promises import derive
from candor_sla_timer.tally import count

SOON = timedelta(seconds=2)
"""The scheduler looks every second by itself; only what comes earlier must wake it."""


def keep_promises(transaction: Transaction, envelopes: Sequence[Envelope[Fact]], context: Context) -> None:
    """Add what is new to the histories and count the promises of these incidents again.

    One handler for all events, so that a round takes five statements and locks its incidents in one order.
    """
    heard = [(known, one) for one in envelopes if (known := known_from(one, context.charter))]
    if not heard:
        return
    connection = transaction.connection
    causes = {known.incident_id: envelope for known, envelope in heard}
    store.lock(connection, {incident_id: one.traceparent for incident_id, one in causes.items()})
    store.add_facts(connection, [known for known, _ in heard])
    changed: dict[str, Promise] = {}
    for incident_id, book in store.books(connection, causes).items():
        facts = changes(book.promises, derive(book.history))
        count(facts)
        for fact in facts:
            transaction.emit(fact, cause=causes[incident_id])
            changed[fact.promise.id] = fact.promise
    store.write(connection, changed.values(), transaction.now)
    _wake_the_scheduler(transaction, changed.values())


def _wake_the_scheduler(transaction: Transaction, promises: Iterable[Promise]) -> None:
    moments = (next_moment(promise, transaction.now) for promise in promises)
    if any(moment is not None and moment < transaction.now + SOON for moment in moments):
        transaction.wake("sla-timer.due")


subscriptions: Subscriptions = {
    IncidentOpened: keep_promises,
    IncidentUpdated: keep_promises,
    IncidentResolved: keep_promises,
    IncidentReopened: keep_promises,
    IncidentClosed: keep_promises,
    MessageSent: keep_promises,
}
