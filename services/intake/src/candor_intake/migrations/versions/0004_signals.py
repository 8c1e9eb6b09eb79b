"""Whether a trouble was there or over when a machine told of it last."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "intake_signal",
        sa.Column("source", sa.String(40), primary_key=True),
        sa.Column("signal_key", sa.String(300), primary_key=True),
        sa.Column("cleared", sa.Boolean, primary_key=True),
        sa.Column("reference", sa.String(20), nullable=False),
    )
