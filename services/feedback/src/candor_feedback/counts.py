"""What a summary is made of, counted by the database."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from candor_feedback.domain.summary import SATISFIED, Row, Tally
from candor_feedback.domain.survey import QUESTIONS
from candor_feedback.store import ANSWERED
from candor_feedback.tables import survey


def _of(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.count(sa.case((condition, 1)))


_COUNTS = (
    sa.select(
        survey.c.team,
        survey.c.category,
        sa.func.count().label("invitations"),
        _of(survey.c.state == ANSWERED).label("answers"),
        _of(survey.c.solved.is_(False)).label("not_solved"),
        *(sa.func.count(survey.c[one]).label(f"{one}_count") for one in QUESTIONS),
        *(_of(survey.c[one] >= SATISFIED).label(f"{one}_satisfied") for one in QUESTIONS),
        *(sa.func.coalesce(sa.func.sum(survey.c[one]), 0).label(f"{one}_total") for one in QUESTIONS),
    )
    .where(survey.c.invited_at >= sa.bindparam("start"), survey.c.invited_at < sa.bindparam("end"))
    .group_by(survey.c.team, survey.c.category)
)


def counts(connection: Connection, start: datetime, end: datetime) -> list[Row]:
    """What came of the surveys that were sent from one moment until before another, by team and category."""
    found = connection.execute(_COUNTS, {"start": start, "end": end}).mappings().all()
    return [_counted(row) for row in found]


def _counted(row: RowMapping) -> Row:
    scores = {
        one: Tally(row[f"{one}_count"], row[f"{one}_satisfied"], int(row[f"{one}_total"]))
        for one in QUESTIONS
    }
    return Row(row["team"], row["category"], row["invitations"], row["answers"], row["not_solved"], scores)
