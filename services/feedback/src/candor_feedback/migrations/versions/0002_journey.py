"""Four questions, why nobody was asked, who was asked when, and what answers lead to."""

import json
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

from candor_common.columns import Moment

revision = "0002"
down_revision = "0001"


def _new_columns() -> list[sa.Column[Any]]:
    scores = (sa.Column(name, sa.SmallInteger) for name in ("speed", "solution", "manner", "overall"))
    return [
        sa.Column("team", sa.String(100)),
        sa.Column("owner", sa.Text),
        sa.Column("category", sa.String(40)),
        sa.Column("invited_at", Moment),
        *scores,
        sa.Column("solved", sa.Boolean),
    ]


def upgrade() -> None:
    for column in _new_columns():
        op.add_column("feedback_survey", column)
    op.create_index("feedback_survey_invited", "feedback_survey", ["invited_at"])
    op.create_table(
        "feedback_skipped",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("incident_id", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
    )
    asked = op.create_table(
        "feedback_asked",
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("asked_at", Moment, nullable=False),
        sa.Column("survey_id", sa.String(36), nullable=False),
        sa.Column("incident_id", sa.String(20), nullable=False),
    )
    _create_follow_ups()
    _fill(asked)


def _create_follow_ups() -> None:
    op.create_table(
        "feedback_follow_up",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("survey_id", sa.String(36), nullable=False),
        sa.Column("incident_id", sa.String(20), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("done_by", sa.Text),
        sa.Column("traceparent", sa.String(55), nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
    )
    for column in ("survey_id", "incident_id"):
        op.create_index(f"ix_feedback_follow_up_{column}", "feedback_follow_up", [column])
    op.create_index("feedback_follow_up_due", "feedback_follow_up", ["state", "due_at"])


def _fill(asked: sa.Table) -> None:
    """What the new columns and `feedback_asked` say about surveys that were sent before."""
    connection = op.get_bind()
    survey = sa.Table(
        "feedback_survey",
        sa.MetaData(),
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("incident_id", sa.String(20)),
        sa.Column("state", sa.String(12)),
        sa.Column("snapshot", sa.Text),
        *_new_columns(),
    )
    query = sa.select(survey.c.id, survey.c.incident_id, survey.c.snapshot)
    sent = connection.execute(query.where(survey.c.state.in_(("invited", "answered")))).all()
    if not sent:
        return
    said = [(row, json.loads(row.snapshot)) for row in sent]
    known = sorted(
        ((datetime.fromisoformat(one["invited_at"]), row.id, row.incident_id, one) for row, one in said),
        key=lambda one: one[0],
    )
    filled = survey.update().where(survey.c.id == sa.bindparam("of"))
    connection.execute(
        filled.values(invited_at=sa.bindparam("at"), overall=sa.bindparam("score")),
        [{"of": id, "at": at, "score": one.get("overall")} for at, id, _incident, one in known],
    )
    newest = {
        _person(one): {"person": _person(one), "asked_at": at, "survey_id": id, "incident_id": incident}
        for at, id, incident, one in known
    }
    connection.execute(asked.insert(), list(newest.values()))


def _person(survey: dict[str, Any]) -> str:
    address: str = survey["recipient"]["address"]
    return sha256(address.strip().casefold().encode("utf-8", "replace")).hexdigest()
