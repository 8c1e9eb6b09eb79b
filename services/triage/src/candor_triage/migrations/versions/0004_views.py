"""Saved views of the board."""

import sqlalchemy as sa
from alembic import op

from candor_common.columns import Moment

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "triage_view",
        sa.Column("owner", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
    )
