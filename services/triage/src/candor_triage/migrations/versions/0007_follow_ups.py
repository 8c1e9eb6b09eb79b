"""What answers to surveys lead to, for the pages. What was open before is found with feedback, at `/follow-ups`."""

import sqlalchemy as sa
from alembic import op

from candor_common.columns import Moment, Snapshot
from candor_common.events import FollowUp

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "triage_follow_up",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("incident_id", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("snapshot", Snapshot(FollowUp), nullable=False),
    )
    op.create_index("ix_triage_follow_up_incident_id", "triage_follow_up", ["incident_id"])
    op.create_index("triage_follow_up_due", "triage_follow_up", ["open", "due_at"])
