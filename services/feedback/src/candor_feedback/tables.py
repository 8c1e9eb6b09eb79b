"""The tables of feedback."""

import sqlalchemy as sa

from candor_common.columns import Moment, Snapshot
from candor_common.events import FollowUp, Survey

metadata = sa.MetaData()

survey = sa.Table(
    "feedback_survey",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("incident_id", sa.String(20), nullable=False, index=True),
    sa.Column("incident_version", sa.Integer, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("send_at", Moment, nullable=False),
    sa.Column("traceparent", sa.String(55), nullable=False),
    sa.Column("snapshot", Snapshot(Survey), nullable=False),
    sa.Column("team", sa.String(100)),
    sa.Column("owner", sa.Text),
    sa.Column("category", sa.String(40)),
    sa.Column("invited_at", Moment),
    sa.Column("speed", sa.SmallInteger),
    sa.Column("solution", sa.SmallInteger),
    sa.Column("manner", sa.SmallInteger),
    sa.Column("overall", sa.SmallInteger),
    sa.Column("solved", sa.Boolean),
    sa.Index("feedback_survey_due", "state", "send_at"),
    sa.Index("feedback_survey_invited", "invited_at"),
)
"""Team, owner and category are those of the incident when the survey was planned. `invited_at` is nothing until the
survey was sent. The scores stand beside the snapshot so that they can be counted."""

skipped = sa.Table(
    "feedback_skipped",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("incident_id", sa.String(20), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
)
"""Resolutions about which nobody was ever to be asked, under the ids that their surveys would have."""

asked = sa.Table(
    "feedback_asked",
    metadata,
    sa.Column("person", sa.String(64), primary_key=True),
    sa.Column("asked_at", Moment, nullable=False),
    sa.Column("survey_id", sa.String(36), nullable=False),
    sa.Column("incident_id", sa.String(20), nullable=False),
)
"""When somebody was asked last. `person` is a digest of their address."""

follow_up = sa.Table(
    "feedback_follow_up",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("survey_id", sa.String(36), nullable=False, index=True),
    sa.Column("incident_id", sa.String(20), nullable=False, index=True),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("due_at", Moment, nullable=False),
    sa.Column("done_by", sa.Text),
    sa.Column("traceparent", sa.String(55), nullable=False),
    sa.Column("snapshot", Snapshot(FollowUp), nullable=False),
    sa.Index("feedback_follow_up_due", "state", "due_at"),
)
