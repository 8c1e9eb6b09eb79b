"""Who confirmed, and who was acknowledged how often."""

import sqlalchemy as sa
from alembic import op

from candor_common.columns import Moment

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("notifier_incident", sa.Column("confirmed_at", Moment))
    op.add_column("notifier_message", sa.Column("acknowledged", sa.String(320)))
    there = sa.text("acknowledged IS NOT NULL")
    op.create_index(
        "notifier_message_acknowledged",
        "notifier_message",
        ["acknowledged", "planned_at"],
        postgresql_where=there,
        sqlite_where=there,
    )
