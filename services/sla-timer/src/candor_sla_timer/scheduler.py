"""Warnings and breaches by the clock. Rows say when; a claim makes each of them happen once, on any replica."""

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from candor_common.database import Transaction
from candor_common.events import Promise
from candor_common.service import Runtime
from candor_sla_timer import store
from candor_sla_timer.domain.changes import PromiseFact, changes, current, in_order_of_time, warned
from candor_sla_timer.domain.history import Missed
from candor_sla_timer.domain.moments import is_at_risk, is_missed
from candor_sla_timer.domain.promises import derive
from candor_sla_timer.tally import count

LIMIT = 500
"""How many promises are looked at in one transaction."""
PATIENCE = timedelta(seconds=30)
LOOK_AGAIN = timedelta(milliseconds=100)
PAUSE = timedelta(milliseconds=5)
"""The shortest rest, when more is due at once or another replica holds what is due."""
_NAMESPACE = UUID("0d9a2c53-3c2f-5f43-8a7e-51d0a4a4e6b1")


async def run(runtime: Runtime) -> datetime | None:
    """Fire what is due; returns when the next promise wants to be looked at, None when there is none.

    After a start it waits for a while until the consumer has read what happened meanwhile, so that nothing is called
    missed that was kept while this service was away.
    """
    now = runtime.clock.now()
    if now - runtime.started_at < PATIENCE and not runtime.caught_up("sla-timer"):
        return now + LOOK_AGAIN
    due = await runtime.database.read(store.next_due)
    if due is not None and due <= now:
        due = await runtime.database.transact(fire)
    return max(due, now + PAUSE) if due else None


def fire(transaction: Transaction) -> datetime | None:
    """Warn of what is at risk, say what was missed, and promise anew; returns the next moment."""
    connection, now = transaction.connection, transaction.now
    claim = store.claim(connection, now, LIMIT)
    findings: list[Missed] = []
    fired: list[PromiseFact] = []
    seen: dict[str, Promise] = {}
    touched = set(claim.promise_ids)
    for book in store.books(connection, claim.traces).values():
        missed = [_finding(one, now) for one in book.promises.values() if is_missed(one, now)]
        facts = _by_the_clock(book, missed, now)
        fired += facts
        seen |= current(book.promises, facts)
        findings += missed
        touched |= {fact.promise.id for fact in facts}
    count(fired)
    for fact in in_order_of_time(fired):
        transaction.emit(fact, traceparent=claim.traces[fact.subject])
    store.add_facts(connection, findings)
    store.write(connection, [seen[one] for one in touched], now)
    return store.next_due(connection)


def _by_the_clock(book: store.Book, missed: list[Missed], now: datetime) -> list[PromiseFact]:
    facts = changes(book.promises, derive([*book.history, *missed]))
    standing = current(book.promises, facts).values()
    return [*facts, *(warned(promise, now) for promise in standing if is_at_risk(promise, now))]


def _finding(promise: Promise, now: datetime) -> Missed:
    """Named after the promise and its date, so that it can be found out only once."""
    name = f"{promise.id}/{promise.due_at.isoformat()}"
    return Missed(
        event_id=str(uuid5(_NAMESPACE, name)), incident_id=promise.incident_id, at=now, promise_id=promise.id
    )
