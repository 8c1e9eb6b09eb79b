"""The tables behind the pages."""

import sqlalchemy as sa
from alembic import op

from candor_common.columns import Moment

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _promise()
    op.create_table(
        "triage_word",
        sa.Column("event_id", sa.String(64), primary_key=True),
        sa.Column("incident_id", sa.String(40), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
    )
    op.create_index("triage_word_incident", "triage_word", ["incident_id", "at"])
    op.create_table(
        "triage_miss",
        sa.Column("promise_id", sa.String(64), primary_key=True),
        sa.Column("incident_id", sa.String(40), nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
    )


def _promise() -> None:
    op.create_table(
        "triage_promise",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("incident_id", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("running", sa.Boolean, nullable=False),
        sa.Column("priority", sa.String(10), nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("warn_at", Moment, nullable=False),
        sa.Column("kept_at", Moment),
        sa.Column("ended_at", Moment),
        sa.Column("snapshot", sa.Text, nullable=False),
    )
    op.create_index("triage_promise_incident", "triage_promise", ["incident_id"])
    op.create_index("triage_promise_due", "triage_promise", ["state", "due_at"])
    op.create_index("triage_promise_ended", "triage_promise", ["ended_at"])
