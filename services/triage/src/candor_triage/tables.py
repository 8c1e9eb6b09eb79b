"""The tables of triage."""

import sqlalchemy as sa

from candor_common.columns import Moment, Snapshot
from candor_common.events import Incident

metadata = sa.MetaData()

incident = sa.Table(
    "triage_incident",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("priority", sa.String(10), nullable=False),
    sa.Column("lane", sa.String(20), nullable=False),
    sa.Column("team", sa.String(100), nullable=False),
    sa.Column("owner", sa.Text),
    sa.Column("unsure", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("signal_key", sa.Text),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("resolved_at", Moment),
    sa.Column("followed_by", sa.String(40)),
    sa.Column("look_at", Moment),
    sa.Column("snapshot", Snapshot(Incident), nullable=False),
    sa.Index("triage_incident_newest", "opened_at", "id"),
    sa.Index("triage_incident_ended", "status", "resolved_at"),
    sa.Index("triage_incident_signal", "signal_key", "resolved_at"),
    sa.Index("triage_incident_owner", "owner", "status"),
)
"""`followed_by` is what goes on for this one: the newest incident that was opened because it was over for too long to
be reopened, or the one that it was merged into. At `look_at` somebody is looked for who is on shift and takes it."""

_UNOWNED = incident.c.look_at.is_not(None)
sa.Index("triage_incident_unowned", incident.c.look_at, postgresql_where=_UNOWNED, sqlite_where=_UNOWNED)

reference = sa.Table(
    "triage_reference",
    metadata,
    sa.Column("reference", sa.String(40), primary_key=True),
    sa.Column("incident_id", sa.String(40), nullable=False),
)
"""References of requests that joined an incident which has another one."""

request = sa.Table(
    "triage_request",
    metadata,
    sa.Column("request_id", sa.String(64), primary_key=True),
    sa.Column("incident_id", sa.String(40)),
    sa.Column("fate", sa.String(10), nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
    sa.Index("triage_request_incident", "incident_id", "seen_at"),
)
"""Requests seen, and what became of them; those that were ignored belong to no incident."""

command = sa.Table(
    "triage_command",
    metadata,
    sa.Column("incident_id", sa.String(40), primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Index("triage_command_at", "at"),
)
"""Commands that were given under a key of their sender's, so that one which is sent again is not given again."""

timeline = sa.Table(
    "triage_timeline",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("incident_id", sa.String(40), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("kind", sa.String(30), nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("event_id", sa.String(64), nullable=False),
    sa.Index("triage_timeline_once", "incident_id", "event_id", "kind", unique=True),
    sa.Index("triage_timeline_order", "incident_id", "at", "id"),
)
