"""What triage does by the clock: a resolution that nobody speaks against is verified, and its incident closed later."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from candor_common.database import Transaction
from candor_common.events import Incident, IncidentStatus
from candor_common.service import Periodic, Runtime
from candor_triage import watch
from candor_triage.domain.ending import close, verify
from candor_triage.domain.life import CHARTER, Change
from candor_triage.journal import RESOLVED, Journal
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


watching = Periodic("triage.watch", watch_over, every=timedelta(minutes=1), bells=(RESOLVED,), leased=True)
