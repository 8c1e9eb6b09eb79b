"""The tables that every service has."""

import sqlalchemy as sa
from alembic import op

from candor_common.columns import Moment

revision = "0001"
down_revision = None


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("position", _number(), primary_key=True, autoincrement=True),
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
        sqlite_autoincrement=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(
            "outbox_unpublished", "outbox", ["position"], postgresql_where=sa.text("published_at IS NULL")
        )
    op.create_index("outbox_subject", "outbox", ["subject"])
    op.create_table(
        "consumer_position",
        sa.Column("subscription", sa.String(40), primary_key=True),
        sa.Column("topic", sa.String(80), primary_key=True),
        sa.Column("partition", sa.Integer, primary_key=True),
        sa.Column("next_offset", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "processed_event",
        sa.Column("subscription", sa.String(40), primary_key=True),
        sa.Column("event_id", sa.String(64), primary_key=True),
        sa.Column("processed_at", Moment, nullable=False),
    )
    op.create_index("ix_processed_event_processed_at", "processed_event", ["processed_at"])
    op.create_table(
        "parked_event",
        sa.Column("id", _number(), primary_key=True, autoincrement=True),
        sa.Column("subscription", sa.String(40), nullable=False),
        sa.Column("topic", sa.String(80), nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("headers", sa.JSON, nullable=False),
        sa.Column("value", sa.LargeBinary),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("parked_at", Moment, nullable=False),
        sa.Column("replayed_at", Moment),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("next", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("holder", sa.String(36), nullable=False),
        sa.Column("until", Moment, nullable=False),
    )
