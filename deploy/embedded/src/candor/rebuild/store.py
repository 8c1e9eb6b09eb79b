"""What a rebuild asks of one service's database, and writes there. Everything is a plain function over a connection."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from candor_common import positions
from candor_common.columns import among
from candor_common.feed import Partition, Record
from candor_common.outbox import outbox
from candor_common.positions import consumer_position, parked_event, processed_event

PAGE = 5_000
_NEWEST = (
    sa.select(sa.func.max(outbox.c.time)),
    sa.select(sa.func.max(processed_event.c.processed_at)),
)
_ROWS = (
    sa.select(outbox.c.position, outbox.c.event_id, outbox.c.topic)
    .where(outbox.c.position > sa.bindparam("after"), outbox.c.published_at.is_not(None))
    .order_by(outbox.c.position)
    .limit(PAGE)
)
_SEEN = sa.select(processed_event.c.event_id).where(
    processed_event.c.subscription == sa.bindparam("of"), among(processed_event.c.event_id, "ids")
)


def newest(connection: Connection) -> datetime | None:
    """The last moment that the database knows of."""
    return max(filter(None, (connection.scalar(query) for query in _NEWEST)), default=None)


def known(connection: Connection, since: datetime) -> set[str]:
    """The ids of the events that the database has emitted, processed or parked since a moment."""
    emitted = connection.scalars(sa.select(outbox.c.event_id).where(outbox.c.time >= since))
    processed = sa.select(processed_event.c.event_id).where(processed_event.c.processed_at >= since)
    parked = connection.scalars(sa.select(parked_event.c.headers).where(parked_event.c.parked_at >= since))
    return {*emitted, *connection.scalars(processed), *(one.get("ce_id", "") for one in parked)}


def published(connection: Connection) -> Iterator[Sequence[tuple[int, str, str]]]:
    """Position, id and topic of the rows that the relay has published, in pages."""
    after = 0
    while rows := connection.execute(_ROWS, {"after": after}).all():
        after = rows[-1].position
        yield [(one.position, one.event_id, one.topic) for one in rows]


def refused(connection: Connection) -> set[str]:
    """The ids of events that no broker has taken."""
    rows = positions.parked(connection, positions.RELAY, limit=100_000)
    return {row["headers"].get("ce_id", "") for row in rows}


def processed(connection: Connection, subscription: str, ids: Collection[str]) -> set[str]:
    """Those of the events that a subscription has processed."""
    return set(connection.scalars(_SEEN, {"of": subscription, "ids": ids}))


def unpublish(connection: Connection, rows: Sequence[int]) -> None:
    """Let the relay publish rows again."""
    if rows:
        again = sa.update(outbox).where(outbox.c.position.in_(sa.bindparam("these", expanding=True)))
        connection.execute(again.values(published_at=None), {"these": list(rows)})


def place(connection: Connection, subscription: str, at: Mapping[Partition, int]) -> None:
    """Let a subscription read on from there, and from the beginning in every other partition."""
    mine = consumer_position.c.subscription == subscription
    connection.execute(sa.delete(consumer_position).where(mine))
    rows = [
        {"subscription": subscription, "topic": one.topic, "partition": one.number, "next_offset": offset}
        for one, offset in at.items()
    ]
    if rows:
        connection.execute(sa.insert(consumer_position), rows)


def park(
    connection: Connection, subscription: str, records: Sequence[tuple[Record, str]], now: datetime
) -> None:
    """Set events aside, each with the reason."""
    for record, reason in records:
        positions.park(connection, subscription, record, reason, now)
