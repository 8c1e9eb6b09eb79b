"""The tables of triage."""

import sqlalchemy as sa
from alembic import op

from candor_common.columns import Moment, Snapshot
from candor_common.events import Incident

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "triage_incident",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("priority", sa.String(10), nullable=False),
        sa.Column("lane", sa.String(20), nullable=False),
        sa.Column("team", sa.String(100), nullable=False),
        sa.Column("signal_key", sa.Text),
        sa.Column("opened_at", Moment, nullable=False),
        sa.Column("resolved_at", Moment),
        sa.Column("followed_by", sa.String(40)),
        sa.Column("snapshot", Snapshot(Incident), nullable=False),
    )
    op.create_index("triage_incident_newest", "triage_incident", ["opened_at", "id"])
    op.create_index("triage_incident_ended", "triage_incident", ["status", "resolved_at"])
    op.create_index("triage_incident_signal", "triage_incident", ["signal_key", "resolved_at"])
    op.create_table(
        "triage_reference",
        sa.Column("reference", sa.String(40), primary_key=True),
        sa.Column("incident_id", sa.String(40), nullable=False),
    )
    op.create_table(
        "triage_request",
        sa.Column("request_id", sa.String(64), primary_key=True),
        sa.Column("incident_id", sa.String(40)),
        sa.Column("fate", sa.String(10), nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
    )
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "triage_timeline",
        sa.Column("id", number, primary_key=True, autoincrement=True),
        sa.Column("incident_id", sa.String(40), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("event_id", sa.String(64), nullable=False),
    )
    once = ["incident_id", "event_id", "kind"]
    op.create_index("triage_timeline_once", "triage_timeline", once, unique=True)
    op.create_index("triage_timeline_order", "triage_timeline", ["incident_id", "at", "id"])
