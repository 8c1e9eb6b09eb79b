"""The tables behind the pages: promises and follow-ups as they stand, our words to customers, why promises were missed,
and saved views of the board."""

import sqlalchemy as sa

from candor_common.columns import Moment, Snapshot
from candor_common.events import FollowUp, Promise
from candor_triage.domain.customer_view import Words
from candor_triage.tables import metadata

promise = sa.Table(
    "triage_promise",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("incident_id", sa.String(40), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(30), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("running", sa.Boolean, nullable=False),
    sa.Column("priority", sa.String(10), nullable=False),
    sa.Column("due_at", Moment, nullable=False),
    sa.Column("warn_at", Moment, nullable=False),
    sa.Column("kept_at", Moment),
    sa.Column("ended_at", Moment),
    sa.Column("snapshot", Snapshot(Promise), nullable=False),
    sa.Index("triage_promise_incident", "incident_id"),
    sa.Index("triage_promise_due", "state", "due_at"),
    sa.Index("triage_promise_ended", "ended_at"),
)
"""`ended_at` is when it was kept, or by when it should have been; nothing for those that are open or withdrawn."""

follow_up = sa.Table(
    "triage_follow_up",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("incident_id", sa.String(40), nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("open", sa.Boolean, nullable=False),
    sa.Column("due_at", Moment, nullable=False),
    sa.Column("snapshot", Snapshot(FollowUp), nullable=False),
    sa.Index("triage_follow_up_due", "open", "due_at"),
)
"""What answers to surveys lead to, as feedback tells it."""

word = sa.Table(
    "triage_word",
    metadata,
    sa.Column("event_id", sa.String(64), primary_key=True),
    sa.Column("incident_id", sa.String(40), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("snapshot", Snapshot(Words), nullable=False),
    sa.Index("triage_word_incident", "incident_id", "at"),
)
"""What we said to customers, and nothing else: notes never come here, so that no page of theirs can show one."""

miss = sa.Table(
    "triage_miss",
    metadata,
    sa.Column("promise_id", sa.String(64), primary_key=True),
    sa.Column("incident_id", sa.String(40), nullable=False),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("measure", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
)
"""Why a promise was missed, and what is done so that it does not happen again."""

view = sa.Table(
    "triage_view",
    metadata,
    sa.Column("owner", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(60), primary_key=True),
    sa.Column("query", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
)
"""Saved views of the board. `owner` is the id of an API key, or empty for a view that everybody has."""
