"""Inbound messages, the threads they form, and who takes part in them."""

import sqlalchemy as sa
from alembic import op

from candor_common.columns import Moment

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "intake_inbound",
        sa.Column("request_id", sa.String(36), primary_key=True),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("dedup_key", sa.String(300)),
        sa.Column("fingerprint", sa.String(64)),
        sa.Column("reference", sa.String(20)),
        sa.Column("incident_id", sa.String(20)),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("ignored_because", sa.Text),
        sa.Column("received_at", Moment, nullable=False),
        sa.Column("content_type", sa.String(100), nullable=False),
        sa.Column("raw", sa.LargeBinary),
        sa.Column("raw_in", sa.String(36)),
        sa.UniqueConstraint("source", "dedup_key"),
    )
    op.create_index("intake_inbound_reference", "intake_inbound", ["reference"])
    op.create_table(
        "intake_thread",
        sa.Column("message_id", sa.String(300), primary_key=True),
        sa.Column("incident_id", sa.String(20), nullable=False),
    )
    op.create_table(
        "intake_participant",
        sa.Column("incident_id", sa.String(20), primary_key=True),
        sa.Column("mailbox", sa.String(320), primary_key=True),
    )
    op.create_table(
        "intake_incident",
        sa.Column("id", sa.String(20), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
    )
