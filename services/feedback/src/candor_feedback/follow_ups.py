"""What answers lead to: open until somebody did it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from candor_common.columns import insert_new
from candor_common.events import FollowUp
from candor_feedback.tables import follow_up

State: TypeAlias = Literal["open", "done"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which follow-ups to list; an empty part lets all pass."""

    state: State | None = None
    incident: str | None = None
    limit: int = 100


_OF_SURVEY = sa.select(follow_up.c.id).where(follow_up.c.survey_id == sa.bindparam("of"))


def opened(connection: Connection, survey_id: str) -> set[str]:
    """The ids of what a survey has led to so far. Ask with the survey locked."""
    return set(connection.scalars(_OF_SURVEY, {"of": survey_id}))


_OPEN_OF = (
    sa.select(follow_up.c.snapshot)
    .where(follow_up.c.survey_id == sa.bindparam("of"), follow_up.c.state == "open")
    .order_by(follow_up.c.due_at)
)


def open_of(connection: Connection, survey_id: str) -> list[FollowUp]:
    """What still has to be done because of a survey, the earliest due first."""
    return list(connection.scalars(_OPEN_OF, {"of": survey_id}))


def open_(connection: Connection, asked_for: Sequence[FollowUp], survey_id: str, traceparent: str) -> None:
    """Note what has to be done because of a survey."""
    rows = [
        {
            "id": one.id,
            "survey_id": survey_id,
            "incident_id": one.incident_id,
            "state": "open",
            "due_at": one.due_at,
            "traceparent": traceparent,
            "snapshot": one,
        }
        for one in asked_for
    ]
    insert_new(connection, follow_up, rows)


def find(connection: Connection, wanted: Wanted) -> Sequence[RowMapping]:
    """Follow-ups, the earliest due first."""
    query = sa.select(follow_up).order_by(follow_up.c.due_at, follow_up.c.id).limit(wanted.limit)
    if wanted.state is not None:
        query = query.where(follow_up.c.state == wanted.state)
    if wanted.incident is not None:
        query = query.where(follow_up.c.incident_id == wanted.incident)
    return connection.execute(query).mappings().all()


_BY_ID = sa.select(follow_up).where(follow_up.c.id == sa.bindparam("of"))
_BY_ID_LOCKED = _BY_ID.with_for_update()


def by_id(connection: Connection, identifier: str, *, lock: bool = False) -> RowMapping | None:
    statement = _BY_ID_LOCKED if lock else _BY_ID
    return connection.execute(statement, {"of": identifier}).mappings().one_or_none()


_DONE = (
    sa.update(follow_up)
    .where(follow_up.c.id == sa.bindparam("of"))
    .values(state="done", done_by=sa.bindparam("by"), snapshot=sa.bindparam("as_done"))
)


def save_done(connection: Connection, done: FollowUp, by: str) -> None:
    connection.execute(_DONE, {"of": done.id, "by": by, "as_done": done})
