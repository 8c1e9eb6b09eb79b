"""Visits to the public form, and who wrote without being known."""

import sqlalchemy as sa
from alembic import op

from candor_common.columns import Moment

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "intake_visit",
        sa.Column("network", sa.String(45), primary_key=True),
        sa.Column("since", Moment, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
    )
    op.create_index("intake_visit_since", "intake_visit", ["since"])
    op.create_table(
        "intake_unverified_contact",
        sa.Column("key", sa.String(320), primary_key=True),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("address", sa.String(400), nullable=False),
        sa.Column("name", sa.String(200)),
        sa.Column("language", sa.String(10)),
        sa.Column("incident_id", sa.String(20), nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
    )
    op.create_index("intake_unverified_contact_seen", "intake_unverified_contact", ["seen_at"])
