"""What operators change while Candor runs: how much is logged, and events that are given up."""

import sqlalchemy as sa
from alembic import op

from candor_common.columns import Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "log_level",
        sa.Column("service", sa.String(40), primary_key=True),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("until", Moment, nullable=False),
    )
    op.add_column("parked_event", sa.Column("discarded_at", Moment))
    op.add_column("parked_event", sa.Column("discarded_because", sa.Text))
