"""Keeping the shared tables small: events and ids that nothing can ask for any more."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from candor_common import outbox, positions
from candor_common.database import Transaction
from candor_common.service import Periodic, Runtime, Service

REMEMBERED = timedelta(days=7)
"""How long the ids of processed events are kept: longer than any topic keeps what could be repeated."""


def housekeeping(services: Sequence[Service]) -> Periodic:
    """The periodic that prunes a database; embedded, one does it for all services."""
    name = f"{services[0].name if len(services) == 1 else 'embedded'}.housekeeping"
    return Periodic(name, _prune, timedelta(minutes=10), leased=True)


async def _prune(runtime: Runtime) -> datetime | None:
    kept = timedelta(hours=runtime.context.settings.outbox_retention_hours)

    def work(transaction: Transaction) -> None:
        connection = transaction.connection
        embedded = connection.dialect.name == "sqlite"
        passed = positions.slowest(connection) if embedded else None
        outbox.prune(connection, transaction.now - kept, passed)
        positions.forget(connection, transaction.now - REMEMBERED)

    await runtime.database.transact(work)
    return None
