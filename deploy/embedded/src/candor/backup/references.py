"""No reference twice: those that were handed out after a backup are skipped when it is restored.

A customer has read them, and a mail that answers one must not lead to somebody else's incident.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from candor_common.columns import among, counter
from candor_intake.accept import SERIES
from candor_intake.tables import inbound

STEP = 1_000
_HOUR = timedelta(hours=1)
_BUSIEST = (
    sa.select(sa.func.count().label("posts"))
    .where(inbound.c.reference.is_not(None))
    .group_by(sa.func.substr(sa.cast(inbound.c.received_at, sa.Text), 1, 13))
    .order_by(sa.desc("posts"))
    .limit(1)
)
_TAKEN = sa.select(inbound.c.reference).where(among(inbound.c.reference, "wanted"))


def skipped(busiest: int, gone: timedelta) -> int:
    """How many references to leave out: twice as many as the busiest hour would have taken in the time since the
    backup, and a thousand more."""
    hours = max(1, -(-gone // _HOUR))
    return 2 * busiest * hours + STEP


def next_reference(connection: Connection) -> int:
    """The number of the reference that is given out next."""
    return connection.scalar(sa.select(counter.c.next).where(counter.c.name == SERIES)) or 1


def skip(connection: Connection, gone: timedelta, at_least: int = 0) -> int:
    """Leave out what may have been handed out in the time since the backup, up to a full thousand; returns the next
    number."""
    start = next_reference(connection)
    busiest: int = connection.scalar(_BUSIEST) or 0
    first = start + max(skipped(busiest, gone), at_least)
    raise_to(connection, -(-first // STEP) * STEP)
    return next_reference(connection)


def taken(wanted: Collection[str], connection: Connection) -> set[str]:
    """Those of the references that the database has given to somebody."""
    return set(connection.scalars(_TAKEN, {"wanted": wanted}))


def raise_to(connection: Connection, number: int) -> None:
    """Let the next reference have this number, unless it is higher already."""
    if next_reference(connection) >= number:
        return
    changed = connection.execute(sa.update(counter).where(counter.c.name == SERIES).values(next=number))
    if not changed.rowcount:
        connection.execute(sa.insert(counter), [{"name": SERIES, "next": number}])


def since(taken_at: datetime, now: datetime) -> timedelta:
    return max(timedelta(), now - taken_at)
