"""Warnings and breaches by the clock. Rows say when; a claim makes each of them happen once, on any replica."""

from datetime import datetime, timedelta

from uuid_utils import UUID, uuid5

from candor_common.database import Transaction
from candor_common.events import Promise
from candor_common.service import Runtime
from candor_sla_timer import store
from candor_sla_timer.domain.agenda import Agenda, Counted, counted
from candor_sla_timer.domain.changes import PromiseFact, changes, current, due_now, in_order_of_time
from candor_sla_timer.domain.history import Missed
from candor_sla_timer.domain.moments import is_missed
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
    """Warn of what is at risk, say what was missed and whose turn it is, and promise anew; returns the next moment."""
    connection, now = transaction.connection, transaction.now
    claim = store.claim(connection, now, LIMIT)
    findings: list[Missed] = []
    fired: list[PromiseFact] = []
    seen: dict[str, Promise] = {}
    agendas: dict[str, Agenda] = {}
    touched = set(claim.promise_ids)
    for book in store.books(connection, claim.traces).values():
        missed = [_finding(one, now) for one in book.promises.values() if is_missed(one, now)]
        as_counted = counted([*book.history, *missed])
        facts = _by_the_clock(book, as_counted, now)
        agendas |= as_counted.agendas
        fired += facts
        seen |= current(book.promises, facts)
        findings += missed
        touched |= {fact.promise.id for fact in facts}
    count(fired)
    for fact in in_order_of_time(fired):
        transaction.emit(fact, traceparent=claim.traces[fact.subject])
    store.add_facts(connection, findings)
    store.write(connection, [seen[one] for one in touched], agendas, now)
    return store.next_due(connection)


def _by_the_clock(book: store.Book, as_counted: Counted, now: datetime) -> list[PromiseFact]:
    facts = changes(book.promises, as_counted.promises)
    standing = current(book.promises, facts).values()
    return [*facts, *(fact for one in standing for fact in due_now(one, as_counted.of(one.id), now))]


def _finding(promise: Promise, now: datetime) -> Missed:
    """Named after the promise and its date, so that it can be found out only once."""
    name = f"{promise.id}/{promise.due_at.isoformat()}"
    return Missed(
        event_id=str(uuid5(_NAMESPACE, name)), incident_id=promise.incident_id, at=now, promise_id=promise.id
    )
