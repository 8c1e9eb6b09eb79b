"""Messages, and what they are rendered from."""

import sqlalchemy as sa
from alembic import op

from candor_common.columns import Moment

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "notifier_incident",
        sa.Column("id", sa.String(20), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
    )
    op.create_table(
        "notifier_promise",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("incident_id", sa.String(20), nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
    )
    op.create_table(
        "notifier_message",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("incident_id", sa.String(20), nullable=False, index=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("send_at", Moment),
        sa.Column("planned_at", Moment, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("traceparent", sa.String(55), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
    )
    op.create_index("notifier_message_due", "notifier_message", ["send_at"])
    op.create_index("notifier_message_planned", "notifier_message", ["planned_at"])
    op.create_table(
        "notifier_thread",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True
        ),
        sa.Column("message_id", sa.String(300), nullable=False, unique=True),
        sa.Column("incident_id", sa.String(20), nullable=False, index=True),
        sa.Column("at", Moment, nullable=False),
    )
    op.create_table(
        "notifier_mailbox",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("at", Moment, nullable=False, index=True),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
    )
