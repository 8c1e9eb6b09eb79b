"""The tables of those outside who hear of what happens."""

import sqlalchemy as sa

from candor_common.columns import Moment
from candor_notifier.tables import metadata

subscription = sa.Table(
    "notifier_subscription",
    metadata,
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
    sa.Column("contact", sa.String(320)),
    sa.Column("language", sa.String(10)),
    sa.Column("notice_at", Moment),
    sa.Column("notice_attempts", sa.Integer),
    sa.Column("disabled_at", Moment),
    sa.Column("told_at", Moment),
    sa.Index("notifier_subscription_answers", "answers"),
    sa.Index("notifier_subscription_notice", "notice_at"),
)

webhook = sa.Table(
    "notifier_webhook",
    metadata,
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
    sa.Index("notifier_webhook_due", "due_at"),
    sa.Index("notifier_webhook_of", "subscription_id", "planned_at"),
    sa.Index("notifier_webhook_ended", "ended_at"),
)
