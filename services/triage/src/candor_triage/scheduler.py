"""What triage does by the clock: a resolution that nobody speaks against is verified, and its incident closed later; and
for what nobody on shift could take, somebody is looked for when the next shift begins."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from candor_common.charter import Charter
from candor_common.database import Transaction
from candor_common.events import Incident, IncidentStatus
from candor_common.service import Periodic, Runtime
from candor_triage import once, search, watch
from candor_triage.domain.ending import close, verify
from candor_triage.domain.life import CHARTER, Change
from candor_triage.journal import RESOLVED, UNOWNED, Journal
from candor_triage.roster import Roster
from candor_triage.watch import Watch

BATCH = 100
"""How many incidents are looked at in one transaction."""
PATIENCE = timedelta(seconds=30)
LOOK_AGAIN = timedelta(milliseconds=100)


async def watch_over(runtime: Runtime) -> datetime | None:
    """Verify and close what is due, up to a batch of it; returns when the next is due, which is now after a full batch.

    After a start it waits for a while until the consumer has read what customers wrote meanwhile: who wrote that it
    does not work has not kept silent.
    """
    now = runtime.clock.now()
    if now - runtime.started_at < PATIENCE and not runtime.caught_up("triage"):
        return now + LOOK_AGAIN
    spans = Watch.of(runtime.context.charter)
    return await runtime.database.transact(lambda transaction: _watch_over(transaction, spans))


def _watch_over(transaction: Transaction, spans: Watch) -> datetime | None:
    once.forget(transaction.connection, transaction.now)
    due = watch.due(transaction.connection, spans, transaction.now, BATCH)
    journal = Journal(transaction)
    for incident in due:
        for change in _steps(incident, spans, transaction.now):
            journal.tell(change)
    journal.write()
    if len(due) == BATCH:
        return transaction.now
    return watch.next_due(transaction.connection, spans, transaction.now)


def _steps(incident: Incident, spans: Watch, now: datetime) -> Sequence[Change]:
    """Both at once when nothing ran for a while."""
    if incident.resolved_at and incident.resolved_at + spans.close_after <= now:
        return close(incident, CHARTER, now)
    return [verify(incident, CHARTER, now)] if incident.status is IncidentStatus.RESOLVED else []


async def look_for_owners(runtime: Runtime) -> datetime | None:
    """Find owners for up to a batch of what nobody on shift could take; returns when to look next."""
    due = await runtime.database.read(search.next_due)
    if due is None or due > runtime.clock.now():
        return due
    charter = runtime.context.charter
    return await runtime.database.transact(lambda transaction: _look_for_owners(transaction, charter))


def _look_for_owners(transaction: Transaction, charter: Charter) -> datetime | None:
    due = search.due(transaction.connection, transaction.now, BATCH)
    journal = Journal(transaction, Roster(transaction.connection, charter, transaction.now))
    for incident in due:
        journal.look_again(incident)
    journal.write()
    return transaction.now if len(due) == BATCH else search.next_due(transaction.connection)


watching = Periodic("triage.watch", watch_over, every=timedelta(minutes=1), bells=(RESOLVED,), leased=True)
assigning = Periodic(
    "triage.assign", look_for_owners, every=timedelta(minutes=1), bells=(UNOWNED,), leased=True
)
