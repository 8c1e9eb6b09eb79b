"""How far a subscription has read, which events it has seen, and which it could not digest.

These rows change in the transaction that carries the effects, which makes effects happen once.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import Connection, Executable, RowMapping

from candor_common.columns import Moment, among, each, insert_new, insert_of, metadata
from candor_common.feed import Partition, Record
from candor_common.wire import headers_of, value_of

consumer_position = sa.Table(
    "consumer_position",
    metadata,
    sa.Column("subscription", sa.String(40), primary_key=True),
    sa.Column("topic", sa.String(80), primary_key=True),
    sa.Column("partition", sa.Integer, primary_key=True),
    sa.Column("next_offset", sa.BigInteger, nullable=False),
)

processed_event = sa.Table(
    "processed_event",
    metadata,
    sa.Column("subscription", sa.String(40), primary_key=True),
    sa.Column("event_id", sa.String(64), primary_key=True),
    sa.Column("processed_at", Moment, nullable=False, index=True),
)

parked_event = sa.Table(
    "parked_event",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("subscription", sa.String(40), nullable=False),
    sa.Column("topic", sa.String(80), nullable=False),
    sa.Column("partition", sa.Integer, nullable=False),
    sa.Column("offset", sa.BigInteger, nullable=False),
    sa.Column("headers", sa.JSON, nullable=False),
    sa.Column("value", sa.LargeBinary),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("parked_at", Moment, nullable=False),
    sa.Column("replayed_at", Moment),
    sa.Column("discarded_at", Moment),
    sa.Column("discarded_because", sa.Text),
    sqlite_autoincrement=True,
)


_LOAD = (
    sa.select(consumer_position)
    .where(
        consumer_position.c.subscription == sa.bindparam("of"),
        among(consumer_position.c.topic, "topics"),
        among(sa.cast(consumer_position.c.partition, sa.String), "numbers"),
    )
    .order_by(consumer_position.c.topic, consumer_position.c.partition)
    .with_for_update()
)


def load(connection: Connection, subscription: str, partitions: Iterable[Partition]) -> dict[Partition, int]:
    """The next offset to read of each partition; 0 where nothing was read yet. Locks the rows it finds.

    The lock is the fence: a rival that got the partition in a rebalance waits here, or makes us see its progress.
    """
    wanted = list(partitions)
    topics, numbers = {one.topic for one in wanted}, {str(one.number) for one in wanted}
    given = {"of": subscription, "topics": topics, "numbers": numbers}
    found = {
        Partition(row.topic, row.partition): int(row.next_offset) for row in connection.execute(_LOAD, given)
    }
    return {partition: found.get(partition, 0) for partition in wanted}


def create(connection: Connection, subscription: str, partitions: Iterable[Partition]) -> None:
    """Make sure that every partition has a row to lock."""
    insert_new(
        connection,
        consumer_position,
        [
            {"subscription": subscription, "topic": one.topic, "partition": one.number, "next_offset": 0}
            for one in partitions
        ],
    )


_ADVANCE = (
    sa.update(consumer_position)
    .where(
        consumer_position.c.subscription == sa.bindparam("of_subscription"),
        consumer_position.c.topic == sa.bindparam("of_topic"),
        consumer_position.c.partition == sa.bindparam("of_partition"),
        consumer_position.c.next_offset == sa.bindparam("from"),
    )
    .values(next_offset=sa.bindparam("to"))
)


def advance(
    connection: Connection, subscription: str, moves: Mapping[Partition, tuple[int, int]]
) -> dict[Partition, int]:
    """Move positions forward, each from where it is thought to be; returns where those stand that were elsewhere.

    The lock on their rows, held until the transaction ends, is the fence against a rival (see `load`).
    """
    if len(moves) == 1 and _advance(connection, subscription, moves) == 1:
        return {}
    stored = load(connection, subscription, moves)
    fenced = {one: offset for one, offset in stored.items() if offset != moves[one][0]}
    _advance(connection, subscription, {one: to for one, to in moves.items() if one not in fenced})
    return fenced


def _advance(connection: Connection, subscription: str, moves: Mapping[Partition, tuple[int, int]]) -> int:
    rows = [
        {
            "of_subscription": subscription,
            "of_topic": one.topic,
            "of_partition": one.number,
            "from": start,
            "to": end,
        }
        for one, (start, end) in moves.items()
    ]
    return connection.execute(_ADVANCE, rows).rowcount if rows else 0


@cache
def _remember(dialect: str) -> Executable:
    ids = each("ids")
    columns = [processed_event.c.subscription, processed_event.c.event_id, processed_event.c.processed_at]
    rows = sa.select(
        sa.bindparam("of", type_=sa.String), ids.c.value, sa.bindparam("now", type_=Moment)
    ).where(sa.true())  # without a condition, SQLite takes the conflict clause for that of a join
    new = insert_of(dialect, processed_event).from_select(columns, rows).on_conflict_do_nothing()
    return cast("Executable", new.returning(processed_event.c.event_id))


def remember(connection: Connection, subscription: str, event_ids: Sequence[str], now: datetime) -> set[str]:
    """Note events as processed; returns those of them that were not before."""
    if not event_ids:
        return set()
    statement = _remember(connection.dialect.name)
    return set(connection.scalars(statement, {"of": subscription, "ids": event_ids, "now": now}))


_PARK = sa.insert(parked_event).inline()


def park(connection: Connection, subscription: str, record: Record, reason: str, now: datetime) -> None:
    """Set an event aside, whole and with its reason, so that it can be listed and replayed."""
    envelope = record.envelope
    row: dict[str, Any] = {
        "subscription": subscription,
        "topic": record.partition.topic,
        "partition": record.partition.number,
        "offset": record.offset,
        "headers": record.headers or (headers_of(envelope) if envelope else {}),
        "value": record.value or (value_of(envelope.fact) if envelope else None),
        "reason": reason[:2000],
        "parked_at": now,
    }
    connection.execute(_PARK, [row])


RELAY = "relay"
"""Under this name are parked the events that Kafka refuses for good."""
_WAITING = sa.and_(parked_event.c.replayed_at.is_(None), parked_event.c.discarded_at.is_(None))


def parked(
    connection: Connection, subscription: str, *, limit: int = 100, after: int = 0
) -> Sequence[RowMapping]:
    """Events that were set aside and neither replayed nor discarded yet, oldest first; with them those
    that the relay of this database could not publish."""
    query = (
        sa.select(parked_event)
        .where(parked_event.c.subscription.in_([subscription, RELAY]), _WAITING, parked_event.c.id > after)
        .order_by(parked_event.c.id)
        .limit(limit)
    )
    return connection.execute(query).mappings().all()


def parked_by_id(connection: Connection, subscription: str, number: int) -> RowMapping | None:
    query = (
        sa.select(parked_event)
        .where(parked_event.c.subscription.in_([subscription, RELAY]), parked_event.c.id == number)
        .with_for_update()
    )
    return connection.execute(query).mappings().one_or_none()


def mark_replayed(connection: Connection, number: int, now: datetime) -> None:
    connection.execute(sa.update(parked_event).where(parked_event.c.id == number).values(replayed_at=now))


def discard(
    connection: Connection, subscription: str, number: int | None, because: str, now: datetime
) -> int:
    """Give up events of one subscription, one or (None) all that wait, for a reason that is kept; returns how many."""
    these = sa.and_(parked_event.c.subscription.in_([subscription, RELAY]), _WAITING)
    if number is not None:
        these = sa.and_(these, parked_event.c.id == number)
    given_up = sa.update(parked_event).where(these).values(discarded_at=now, discarded_because=because)
    return connection.execute(given_up).rowcount


def forget(connection: Connection, before: datetime) -> None:
    """Drop the ids of events that can no longer be repeated."""
    connection.execute(sa.delete(processed_event).where(processed_event.c.processed_at < before))


def slowest(connection: Connection) -> int:
    """The lowest position of all subscriptions; 0 when there is none."""
    return connection.scalar(sa.select(sa.func.min(consumer_position.c.next_offset))) or 0
