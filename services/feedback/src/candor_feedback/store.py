"""Surveys: planned, sent, answered or cancelled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from candor_common.columns import Moment, Snapshot, insert_new
from candor_common.events import Survey

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
    sa.Index("feedback_survey_due", "state", "send_at"),
)

PLANNED = "planned"
INVITED = "invited"
ANSWERED = "answered"
CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Plan:
    """A survey to be sent, with the version of the incident that was resolved, and the trace that it belongs to."""

    survey: Survey
    incident_version: int
    traceparent: str


def plan(connection: Connection, plans: Sequence[Plan]) -> None:
    """Note surveys to be sent; one that is known already stays as it is."""
    insert_new(connection, survey, [_row(one) for one in plans])


def _row(plan: Plan) -> dict[str, Any]:
    return {
        "id": plan.survey.id,
        "incident_id": plan.survey.incident_id,
        "incident_version": plan.incident_version,
        "state": PLANNED,
        "send_at": plan.survey.invited_at,
        "traceparent": plan.traceparent,
        "snapshot": plan.survey,
    }


def cancel_planned(connection: Connection, version_of: Mapping[str, int], reason: str) -> None:
    """Surveys about what these incidents were before the versions given are not sent, unless they have left already."""
    statement = (
        sa.update(survey)
        .where(
            survey.c.incident_id == sa.bindparam("of"),
            survey.c.incident_version < sa.bindparam("before"),
            survey.c.state == PLANNED,
        )
        .values(state=CANCELLED, reason=reason)
    )
    connection.execute(statement, [{"of": one, "before": version} for one, version in version_of.items()])


def due(connection: Connection, now: datetime, limit: int) -> Sequence[RowMapping]:
    """Surveys whose time to be sent has come; another replica's are left to it."""
    query = (
        sa.select(survey)
        .where(survey.c.state == PLANNED, survey.c.send_at <= now)
        .order_by(survey.c.send_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return connection.execute(query).mappings().all()


def mark_invited(connection: Connection, sent: Sequence[Survey]) -> None:
    statement = (
        sa.update(survey)
        .where(survey.c.id == sa.bindparam("sent"))
        .values(state=INVITED, snapshot=sa.bindparam("as_sent"))
    )
    if sent:
        connection.execute(statement, [{"sent": one.id, "as_sent": one} for one in sent])


def next_send_at(connection: Connection) -> datetime | None:
    """When the next planned survey is to be sent."""
    moment: datetime | None = connection.scalar(
        sa.select(sa.func.min(survey.c.send_at)).where(survey.c.state == PLANNED)
    )
    return moment


def survey_by_id(connection: Connection, identifier: str, *, lock: bool = False) -> RowMapping | None:
    query = sa.select(survey).where(survey.c.id == identifier)
    return connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()


def save_answer(connection: Connection, answered: Survey) -> None:
    connection.execute(
        sa.update(survey).where(survey.c.id == answered.id).values(state=ANSWERED, snapshot=answered)
    )


def surveys(connection: Connection, incident_id: str | None, limit: int) -> Sequence[RowMapping]:
    """Surveys, the newest first."""
    query = sa.select(survey).order_by(survey.c.send_at.desc(), survey.c.id).limit(limit)
    if incident_id is not None:
        query = query.where(survey.c.incident_id == incident_id)
    return connection.execute(query).mappings().all()
