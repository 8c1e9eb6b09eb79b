"""Sources with their secrets, attachments by their content, customers and their contacts."""

import sqlalchemy as sa
from alembic import op

from candor_common.columns import Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _sources()
    _attachments()
    _customers()


def _sources() -> None:
    op.create_table(
        "intake_source",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("material", sa.Text, nullable=False),
        sa.Column("options", sa.Text, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("disabled_at", Moment),
    )
    in_use = sa.text("disabled_at IS NULL")
    op.create_index(
        "intake_source_in_use",
        "intake_source",
        ["name"],
        unique=True,
        postgresql_where=in_use,
        sqlite_where=in_use,
    )


def _attachments() -> None:
    op.create_table(
        "intake_attachment_content",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("content_type", sa.String(100), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "intake_attachment",
        sa.Column("request_id", sa.String(36), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("declared_type", sa.String(100), nullable=False),
    )
    op.create_index("intake_attachment_sha256", "intake_attachment", ["sha256"])


def _customers() -> None:
    op.create_table(
        "intake_customer",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("lane", sa.String(20)),
        sa.Column("language", sa.String(10)),
        sa.Column("zone", sa.String(64)),
        sa.Column("changed_at", Moment, nullable=False),
    )
    op.create_table(
        "intake_contact",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("customer_id", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.String(200)),
        sa.Column("language", sa.String(10)),
        sa.Column("zone", sa.String(64)),
    )
    op.create_index("intake_contact_customer", "intake_contact", ["customer_id"])
    op.create_table(
        "intake_contact_address",
        sa.Column("key", sa.String(320), primary_key=True),
        sa.Column("contact_id", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("address", sa.String(400), nullable=False),
    )
    op.create_index("intake_contact_address_contact", "intake_contact_address", ["contact_id"])
