"""Subscriptions, and what is sent to them."""

import sqlalchemy as sa
from alembic import op

from candor_common.columns import Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "notifier_subscription",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("types", sa.Text, nullable=False),
        sa.Column("answers", sa.String(40)),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failing_since", Moment),
        sa.Column("quiet_until", Moment),
        sa.Column("created_at", Moment, nullable=False),
    )
    op.create_index("notifier_subscription_answers", "notifier_subscription", ["answers"])
    op.create_table(
        "notifier_webhook",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("subscription_id", sa.String(36), nullable=False),
        sa.Column("incident_id", sa.String(20), nullable=False),
        sa.Column("type", sa.String(60), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", Moment),
        sa.Column("planned_at", Moment, nullable=False),
        sa.Column("ended_at", Moment),
        sa.Column("reason", sa.Text),
    )
    op.create_index("notifier_webhook_due", "notifier_webhook", ["due_at"])
    op.create_index("notifier_webhook_of", "notifier_webhook", ["subscription_id", "planned_at"])
    op.create_index("notifier_webhook_ended", "notifier_webhook", ["ended_at"])
