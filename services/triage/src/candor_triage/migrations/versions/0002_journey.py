"""Owners, and what people should look at, as columns to ask for."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_OWNER = {
    "postgresql": "snapshot::json ->> 'owner'",
    "sqlite": "json_extract(snapshot, '$.owner')",
}


def upgrade() -> None:
    op.add_column("triage_incident", sa.Column("owner", sa.Text))
    unsure = sa.Column("unsure", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("triage_incident", unsure)
    op.create_index("triage_incident_owner", "triage_incident", ["owner", "status"])
    owner = sa.literal_column(_OWNER[op.get_bind().dialect.name])
    incident = sa.table("triage_incident", sa.column("owner"))
    op.execute(incident.update().values(owner=owner))
