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


def take(transaction: Transaction, name: str, holder: str, span: timedelta) -> datetime | None:
    """Hold a lease for a span from now, when it is free, over, or ours already. Waits for nobody.

    None when it is ours now, else when that of somebody else ends.
    """
    connection, now = transaction.connection, transaction.now
    insert_new(connection, lease, [{"name": name, "holder": "", "until": now}])
    to_be_had = sa.or_(lease.c.holder == holder, lease.c.until <= now)
    taking = sa.update(lease).where(lease.c.name == name, to_be_had).values(holder=holder, until=now + span)
    if connection.execute(taking).rowcount == 1:
        return None
    until: datetime = connection.execute(sa.select(lease.c.until).where(lease.c.name == name)).scalar_one()
    return until


def give_back(transaction: Transaction, holder: str) -> None:
    """Let others have at once what a holder has, which is about to end."""
    giving = sa.update(lease).where(lease.c.holder == holder, lease.c.until > transaction.now)
    transaction.connection.execute(giving.values(until=transaction.now))
