"""The outbox: events are written here in the transaction that makes them true, and nowhere else.

In the embedded mode this table is the log that consumers read; in the distributed mode a relay copies it to Kafka.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping
from sqlalchemy.dialects import postgresql

from candor_common.columns import Moment, among, metadata
from candor_common.events import Envelope, Fact
from candor_common.wire import CONTENT_TYPE, Headers, timestamp, value_of

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column(
        "position", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True
    ),
    sa.Column("event_id", sa.String(36), nullable=False),
    sa.Column("topic", sa.String(40), nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("type", sa.String(80), nullable=False),
    sa.Column("source", sa.String(80), nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("time", Moment, nullable=False),
    sa.Column("traceparent", sa.String(55), nullable=False),
    sa.Column("value", sa.LargeBinary, nullable=False),
    sa.Column("published_at", Moment),
    sa.Index("outbox_unpublished", "position", postgresql_where=sa.text("published_at IS NULL")).ddl_if(
        dialect="postgresql"
    ),
    sa.Index("outbox_subject", "subject"),
    sqlite_autoincrement=True,
)


_APPEND = sa.insert(outbox).inline()
"""Without the positions in answer."""


def append(connection: Connection, envelopes: Sequence[Envelope[Fact]]) -> None:
    """Write events in the order in which they were emitted; the database gives them their positions."""
    if envelopes:
        connection.execute(_APPEND, [_row(envelope) for envelope in envelopes])


def append_at(connection: Connection, envelopes: Sequence[Envelope[Fact]], position: int) -> None:
    """Write events at positions that the one writer of an embedded log gives out itself."""
    rows = [{"position": position + step, **_row(envelope)} for step, envelope in enumerate(envelopes)]
    if rows:
        connection.execute(_APPEND, rows)


def last_position(connection: Connection) -> int:
    return connection.scalar(sa.select(sa.func.max(outbox.c.position))) or 0


def _row(envelope: Envelope[Fact]) -> dict[str, Any]:
    return {
        "event_id": envelope.id,
        "topic": envelope.fact.topic,
        "key": envelope.key,
        "type": envelope.type,
        "source": envelope.source,
        "subject": envelope.subject,
        "sequence": envelope.fact.sequence,
        "time": envelope.time,
        "traceparent": envelope.traceparent,
        "value": value_of(envelope.fact),
    }


def headers_of_row(row: RowMapping) -> Headers:
    """The same headers that `wire.headers_of` gives for the event in this row."""
    return {
        "ce_specversion": "1.0",
        "ce_id": row["event_id"],
        "ce_source": row["source"],
        "ce_type": row["type"],
        "ce_time": timestamp(row["time"]),
        "ce_subject": row["subject"],
        "ce_sequence": str(row["sequence"]),
        "content-type": CONTENT_TYPE,
        "traceparent": row["traceparent"],
    }


_UNPUBLISHED = (
    sa.select(outbox)
    .where(outbox.c.published_at.is_(None))
    .order_by(outbox.c.position)
    .limit(sa.bindparam("most"))
)


def unpublished(connection: Connection, limit: int) -> Sequence[RowMapping]:
    """The oldest rows that the relay has not published. Never `position > last`: positions are given out
    before the order of commits is known, so a reader that remembers a position would skip rows for good."""
    return connection.execute(_UNPUBLISHED, {"most": limit}).mappings().all()


_MARK = (
    sa.update(outbox)
    .where(
        outbox.c.position == sa.any_(sa.bindparam("positions", type_=postgresql.ARRAY(sa.BigInteger))),
    )
    .values(published_at=sa.bindparam("now"))
)


def mark_published(connection: Connection, positions: Sequence[int], now: datetime) -> None:
    """Note that the relay has published rows. Only for PostgreSQL: the embedded log has no relay."""
    connection.execute(_MARK, {"positions": list(positions), "now": now})


def publish_again(connection: Connection, position: int) -> bool:
    """Let the relay publish a row once more; false when the row is gone."""
    again = sa.update(outbox).where(outbox.c.position == position).values(published_at=None)
    return connection.execute(again).rowcount == 1


_OLDEST = sa.select(outbox.c.time).where(outbox.c.published_at.is_(None)).order_by(outbox.c.position).limit(1)


def oldest_unpublished(connection: Connection) -> datetime | None:
    """When the oldest event that waits for the relay was emitted; None when none waits."""
    moment: datetime | None = connection.scalar(_OLDEST)
    return moment


_SINCE = (
    sa.select(outbox)
    .where(outbox.c.position >= sa.bindparam("first"), among(outbox.c.topic, "topics"))
    .order_by(outbox.c.position)
    .limit(sa.bindparam("most"))
)


def since(connection: Connection, position: int, topics: Sequence[str], limit: int) -> Sequence[RowMapping]:
    """Rows of some topics from a position on, oldest first.

    Only for SQLite, whose one writer makes the order of positions the order of commits.
    """
    given = {"first": position, "topics": topics, "most": limit}
    return connection.execute(_SINCE, given).mappings().all()


_ABOUT = sa.select(outbox).where(outbox.c.subject == sa.bindparam("incident")).order_by(outbox.c.position)


def about(connection: Connection, subject: str) -> Sequence[RowMapping]:
    """Every event about one incident, oldest first."""
    return connection.execute(_ABOUT, {"incident": subject}).mappings().all()


def prune(connection: Connection, before: datetime, below: int | None = None) -> int:
    """Delete events older than a time that were published, or (in the embedded log) stand below a position
    that every consumer has passed. Returns how many."""
    done = outbox.c.published_at.is_not(None) if below is None else outbox.c.position < below
    return connection.execute(sa.delete(outbox).where(outbox.c.time < before, done)).rowcount
