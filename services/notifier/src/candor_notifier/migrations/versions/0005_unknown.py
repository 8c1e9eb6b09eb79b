"""How many acknowledgements went to addresses for which nobody vouches."""

import sqlalchemy as sa
from alembic import op

from candor_common.columns import Moment

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("notifier_message", sa.Column("unknown_at", Moment))
    there = sa.text("unknown_at IS NOT NULL")
    op.create_index(
        "notifier_message_unknown",
        "notifier_message",
        ["unknown_at"],
        postgresql_where=there,
        sqlite_where=there,
    )
