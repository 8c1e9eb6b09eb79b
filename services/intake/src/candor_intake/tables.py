"""What intake keeps."""

import sqlalchemy as sa

from candor_common.columns import Moment, Snapshot
from candor_intake.domain.source import Material, Options

metadata = sa.MetaData()

inbound = sa.Table(
    "intake_inbound",
    metadata,
    sa.Column("request_id", sa.String(36), primary_key=True),
    sa.Column("source", sa.String(40), nullable=False),
    sa.Column("dedup_key", sa.String(300)),
    sa.Column("fingerprint", sa.String(64)),
    sa.Column("reference", sa.String(20)),
    sa.Column("incident_id", sa.String(20)),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("ignored_because", sa.Text),
    sa.Column("received_at", Moment, nullable=False),
    sa.Column("content_type", sa.String(100), nullable=False),
    sa.Column("raw", sa.LargeBinary),
    sa.Column("raw_in", sa.String(36)),
    sa.UniqueConstraint("source", "dedup_key"),
    sa.Index("intake_inbound_reference", "reference"),
)

thread = sa.Table(
    "intake_thread",
    metadata,
    sa.Column("message_id", sa.String(300), primary_key=True),
    sa.Column("incident_id", sa.String(20), nullable=False),
)

participant = sa.Table(
    "intake_participant",
    metadata,
    sa.Column("incident_id", sa.String(20), primary_key=True),
    sa.Column("mailbox", sa.String(320), primary_key=True),
)

incident = sa.Table(
    "intake_incident",
    metadata,
    sa.Column("id", sa.String(20), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
)

source = sa.Table(
    "intake_source",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("name", sa.String(24), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("material", Snapshot(Material), nullable=False),
    sa.Column("options", Snapshot(Options), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("disabled_at", Moment),
)
sa.Index(
    "intake_source_in_use",
    source.c.name,
    unique=True,
    postgresql_where=source.c.disabled_at.is_(None),
    sqlite_where=source.c.disabled_at.is_(None),
)

attachment_content = sa.Table(
    "intake_attachment_content",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("content_type", sa.String(100), nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

attachment = sa.Table(
    "intake_attachment",
    metadata,
    sa.Column("request_id", sa.String(36), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("declared_type", sa.String(100), nullable=False),
    sa.Index("intake_attachment_sha256", "sha256"),
)

customer = sa.Table(
    "intake_customer",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("lane", sa.String(20)),
    sa.Column("language", sa.String(10)),
    sa.Column("zone", sa.String(64)),
    sa.Column("changed_at", Moment, nullable=False),
)

contact = sa.Table(
    "intake_contact",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("customer_id", sa.String(36), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("name", sa.String(200)),
    sa.Column("language", sa.String(10)),
    sa.Column("zone", sa.String(64)),
    sa.Index("intake_contact_customer", "customer_id"),
)

contact_address = sa.Table(
    "intake_contact_address",
    metadata,
    sa.Column("key", sa.String(320), primary_key=True),
    sa.Column("contact_id", sa.String(36), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("address", sa.String(400), nullable=False),
    sa.Index("intake_contact_address_contact", "contact_id"),
)

signal = sa.Table(
    "intake_signal",
    metadata,
    sa.Column("source", sa.String(40), primary_key=True),
    sa.Column("signal_key", sa.String(300), primary_key=True),
    sa.Column("cleared", sa.Boolean, primary_key=True),
    sa.Column("reference", sa.String(20), nullable=False),
)

visit = sa.Table(
    "intake_visit",
    metadata,
    sa.Column("network", sa.String(45), primary_key=True),
    sa.Column("since", Moment, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Index("intake_visit_since", "since"),
)

unverified_contact = sa.Table(
    "intake_unverified_contact",
    metadata,
    sa.Column("key", sa.String(320), primary_key=True),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("address", sa.String(400), nullable=False),
    sa.Column("name", sa.String(200)),
    sa.Column("language", sa.String(10)),
    sa.Column("incident_id", sa.String(20), nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
    sa.Index("intake_unverified_contact_seen", "seen_at"),
)
