"""What triage does by the clock: incidents that stayed resolved for long enough are closed."""

from datetime import datetime, timedelta

from candor_common.database import Transaction
from candor_common.service import Periodic, Runtime
from candor_triage import store
from candor_triage.domain import timeline
from candor_triage.domain.incident import CHARTER, close
from candor_triage.journal import RESOLVED, Journal

BATCH = 100
"""How many incidents are closed in one transaction."""


async def close_due(runtime: Runtime) -> datetime | None:
    """Close what is due, up to a batch of it; returns when the next is due, which is now after a full batch."""
    close_after = runtime.context.charter.close_after
    return await runtime.database.transact(lambda transaction: _close(transaction, close_after))


def _close(transaction: Transaction, close_after: timedelta) -> datetime | None:
    until = transaction.now - close_after
    due = store.resolved_until(transaction.connection, until, BATCH)
    journal = Journal(transaction)
    for incident in due:
        change = close(incident, CHARTER, transaction.now)
        told = journal.tell(change)
        journal.note(filter(None, [timeline.of_change(change.fact, transaction.now)]), told.id)
    journal.write()
    if len(due) == BATCH:
        return transaction.now
    resolved_at = store.next_resolved_after(transaction.connection, until)
    return None if resolved_at is None else resolved_at + close_after


closing = Periodic("triage.close", close_due, every=timedelta(minutes=1), bells=(RESOLVED,), leased=True)
