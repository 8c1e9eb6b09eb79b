"""The tables of notifier. Snapshots of incidents and promises are here because a message is rendered from them.

`notifier_incident.confirmed_at` says when the customer said that it works; `notifier_message.acknowledged` holds, for an
acknowledgement that may leave, the inbox that it goes to, and `unknown_at` when it was planned, where nobody vouches for
the address.
"""

import sqlalchemy as sa

from candor_common.columns import Moment, Snapshot
from candor_common.events import Incident, Message, Promise

metadata = sa.MetaData()

incident = sa.Table(
    "notifier_incident",
    metadata,
    sa.Column("id", sa.String(20), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("snapshot", Snapshot(Incident), nullable=False),
    sa.Column("confirmed_at", Moment),
    sa.Column("merged_into", sa.String(20), index=True),
)

promise = sa.Table(
    "notifier_promise",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("incident_id", sa.String(20), nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("snapshot", Snapshot(Promise), nullable=False),
)

message = sa.Table(
    "notifier_message",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("incident_id", sa.String(20), nullable=False, index=True),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("send_at", Moment),
    sa.Column("planned_at", Moment, nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("traceparent", sa.String(55), nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("acknowledged", sa.String(320)),
    sa.Column("unknown_at", Moment),
    sa.Column("snapshot", Snapshot(Message), nullable=False),
    sa.Index("notifier_message_due", "send_at"),
    sa.Index("notifier_message_planned", "planned_at"),
    sa.Index(
        "notifier_message_acknowledged",
        "acknowledged",
        "planned_at",
        postgresql_where=sa.text("acknowledged IS NOT NULL"),
        sqlite_where=sa.text("acknowledged IS NOT NULL"),
    ),
    sa.Index(
        "notifier_message_unknown",
        "unknown_at",
        postgresql_where=sa.text("unknown_at IS NOT NULL"),
        sqlite_where=sa.text("unknown_at IS NOT NULL"),
    ),
)

thread = sa.Table(
    "notifier_thread",
    metadata,
    sa.Column(
        "number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True
    ),
    sa.Column("message_id", sa.String(300), nullable=False, unique=True),
    sa.Column("incident_id", sa.String(20), nullable=False, index=True),
    sa.Column("at", Moment, nullable=False),
)

mailbox = sa.Table(
    "notifier_mailbox",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),
)
