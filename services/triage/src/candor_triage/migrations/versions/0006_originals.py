"""What was asked about an incident, found by the incident."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_index("triage_request_incident", "triage_request", ["incident_id", "seen_at"])
