"""Leases: of several replicas, one does a piece of work at a time; another takes over when it is gone."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from candor_common.columns import Moment, insert_new, metadata
from candor_common.database import Transaction

lease = sa.Table(
    "lease",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("holder", sa.String(36), nullable=False),
    sa.Column("until", Moment, nullable=False),
)


def take(transaction: Transaction, name: str, holder: str, span: timedelta) -> bool:
    """Hold a lease for a span from now: true when it was free, over, or ours already. Waits for nobody."""
    until: datetime = transaction.now + span
    insert_new(transaction.connection, lease, [{"name": name, "holder": "", "until": transaction.now}])
    statement = (
        sa.update(lease)
        .where(lease.c.name == name, sa.or_(lease.c.holder == holder, lease.c.until <= transaction.now))
        .values(holder=holder, until=until)
    )
    return transaction.connection.execute(statement).rowcount == 1
