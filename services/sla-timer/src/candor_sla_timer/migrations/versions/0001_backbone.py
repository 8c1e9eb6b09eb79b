"""Facts of incidents, the promises that follow from them, and the row that locks both."""

import sqlalchemy as sa
from alembic import op

from candor_common.columns import Moment

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "sla_timer_incident",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("traceparent", sa.String(55), nullable=False),
    )
    op.create_table(
        "sla_timer_fact",
        sa.Column("event_id", sa.String(64), primary_key=True),
        sa.Column("incident_id", sa.String(40), nullable=False),
        sa.Column("type", sa.String(20), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
    )
    op.create_index("sla_timer_fact_incident", "sla_timer_fact", ["incident_id"])
    op.create_table(
        "sla_timer_promise",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("incident_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("next_at", Moment),
        sa.Column("snapshot", sa.Text, nullable=False),
    )
    op.create_index("sla_timer_promise_incident", "sla_timer_promise", ["incident_id"])
    op.create_index("sla_timer_promise_state", "sla_timer_promise", ["state", "due_at", "id"])
    running = sa.text("next_at IS NOT NULL")
    op.create_index(
        "sla_timer_promise_next",
        "sla_timer_promise",
        ["next_at"],
        postgresql_where=running,
        sqlite_where=running,
    )
