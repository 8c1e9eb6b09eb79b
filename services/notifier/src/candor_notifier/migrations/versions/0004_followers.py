"""What was merged into what, and who owns a subscription."""

import sqlalchemy as sa
from alembic import op

from candor_common.columns import Moment

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("notifier_incident", sa.Column("merged_into", sa.String(20)))
    op.create_index("ix_notifier_incident_merged_into", "notifier_incident", ["merged_into"])
    op.add_column("notifier_subscription", sa.Column("contact", sa.String(320)))
    op.add_column("notifier_subscription", sa.Column("language", sa.String(10)))
    op.add_column("notifier_subscription", sa.Column("notice_at", Moment))
    op.add_column("notifier_subscription", sa.Column("notice_attempts", sa.Integer))
    op.add_column("notifier_subscription", sa.Column("disabled_at", Moment))
    op.add_column("notifier_subscription", sa.Column("told_at", Moment))
    op.create_index("notifier_subscription_notice", "notifier_subscription", ["notice_at"])
