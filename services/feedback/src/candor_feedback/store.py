"""Surveys: planned, sent, answered or cancelled."""

from collections.abc import Collection, Sequence
from datetime import datetime

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


def plan(connection: Connection, surveys: Collection[tuple[Survey, str]]) -> None:
    """Note surveys to be sent, each with its trace; one that is known already stays as it is."""
    insert_new(
        connection,
        survey,
        [
            {
                "id": one.id,
                "incident_id": one.incident_id,
                "state": PLANNED,
                "send_at": one.invited_at,
                "traceparent": traceparent,
                "snapshot": one,
            }
            for one, traceparent in surveys
        ],
    )


def cancel_planned(connection: Connection, incident_ids: Sequence[str], reason: str) -> None:
    """Surveys of these incidents that were not sent yet are not sent at all."""
    connection.execute(
        sa.update(survey)
        .where(survey.c.incident_id.in_(incident_ids), survey.c.state == PLANNED)
        .values(state=CANCELLED, reason=reason)
    )


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


def mark_invited(connection: Connection, ids: Sequence[str]) -> None:
    connection.execute(sa.update(survey).where(survey.c.id.in_(ids)).values(state=INVITED))


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
