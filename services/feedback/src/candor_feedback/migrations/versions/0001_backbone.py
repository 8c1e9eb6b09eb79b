"""Surveys and their answers."""

import sqlalchemy as sa
from alembic import op

from candor_common.columns import Moment

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "feedback_survey",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("incident_id", sa.String(20), nullable=False),
        sa.Column("incident_version", sa.Integer, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("send_at", Moment, nullable=False),
        sa.Column("traceparent", sa.String(55), nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
    )
    op.create_index("ix_feedback_survey_incident_id", "feedback_survey", ["incident_id"])
    op.create_index("feedback_survey_due", "feedback_survey", ["state", "send_at"])
