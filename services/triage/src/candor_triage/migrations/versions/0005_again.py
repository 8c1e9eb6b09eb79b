"""When somebody is looked for again, and commands that may be sent again."""

import sqlalchemy as sa
from alembic import op

from candor_common.columns import Moment

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("triage_incident", sa.Column("look_at", Moment))
    unowned = sa.text("look_at IS NOT NULL")
    op.create_index(
        "triage_incident_unowned",
        "triage_incident",
        ["look_at"],
        postgresql_where=unowned,
        sqlite_where=unowned,
    )
    op.create_table(
        "triage_command",
        sa.Column("incident_id", sa.String(40), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("at", Moment, nullable=False),
    )
    op.create_index("triage_command_at", "triage_command", ["at"])
