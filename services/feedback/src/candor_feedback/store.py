"""Surveys: planned, sent, answered or cancelled; and what nobody was asked about."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from candor_common.columns import among, insert_new, insert_of
from candor_common.events import Incident, Survey
from candor_feedback.domain.asking import person
from candor_feedback.tables import asked, metadata, skipped, survey

__all__ = ["metadata", "skipped", "survey"]

PLANNED = "planned"
INVITED = "invited"
ANSWERED = "answered"
CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Plan:
    """A survey to be sent, the incident whose fix was verified, and the trace that it belongs to."""

    survey: Survey
    incident: Incident
    traceparent: str


@dataclass(frozen=True, slots=True)
class Skip:
    """A resolution about which nobody is asked, and why."""

    id: str
    incident_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The survey that somebody got last, and when."""

    survey_id: str
    incident_id: str
    at: datetime


_PLANNED_BEFORE = sa.select(survey.c.id).where(among(survey.c.id, "ids"))
_SKIPPED_BEFORE = sa.select(skipped.c.id).where(among(skipped.c.id, "ids"))
_KNOWN = _PLANNED_BEFORE.union_all(_SKIPPED_BEFORE)


def known(connection: Connection, identifiers: Collection[str]) -> set[str]:
    """Which of these surveys were planned or skipped already."""
    return set(connection.scalars(_KNOWN, {"ids": identifiers}))


def plan(connection: Connection, plans: Sequence[Plan]) -> None:
    """Note surveys to be sent; one that is known already stays as it is."""
    insert_new(connection, survey, [_row(one) for one in plans])


def _row(plan: Plan) -> dict[str, Any]:
    return {
        "id": plan.survey.id,
        "incident_id": plan.survey.incident_id,
        "incident_version": plan.incident.version,
        "state": PLANNED,
        "send_at": plan.survey.invited_at,
        "traceparent": plan.traceparent,
        "snapshot": plan.survey,
        "team": plan.incident.team,
        "owner": plan.incident.owner,
        "category": plan.incident.category,
    }


def skip(connection: Connection, skips: Sequence[Skip], now: datetime) -> None:
    """Note about what nobody is asked."""
    rows = [{"id": one.id, "incident_id": one.incident_id, "reason": one.reason, "at": now} for one in skips]
    insert_new(connection, skipped, rows)


_PENDING = (
    sa.select(survey)
    .where(among(survey.c.incident_id, "incidents"), survey.c.state == PLANNED)
    .order_by(survey.c.id)
    .with_for_update()
)


def pending(connection: Connection, incidents: Collection[str]) -> Sequence[RowMapping]:
    """The surveys about these incidents that have not left yet, locked."""
    return connection.execute(_PENDING, {"incidents": incidents}).mappings().all()


_CANCEL = (
    sa.update(survey)
    .where(survey.c.id == sa.bindparam("of"), survey.c.state == PLANNED)
    .values(state=CANCELLED, reason=sa.bindparam("why"))
)


def cancel(connection: Connection, reasons: Mapping[str, str]) -> None:
    """These surveys are not sent, for the reasons given."""
    if reasons:
        connection.execute(_CANCEL, [{"of": one, "why": reason} for one, reason in reasons.items()])


_DUE = (
    sa.select(survey)
    .where(survey.c.state == PLANNED, survey.c.send_at <= sa.bindparam("now"))
    .order_by(survey.c.send_at, survey.c.id)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True)
)


def due(connection: Connection, now: datetime, limit: int) -> Sequence[RowMapping]:
    """Surveys whose time to be sent has come; another replica's are left to it."""
    return connection.execute(_DUE, {"now": now, "most": limit}).mappings().all()


_POSTPONE = sa.update(survey).where(survey.c.id == sa.bindparam("of")).values(send_at=sa.bindparam("later"))


def postpone(connection: Connection, later: Mapping[str, datetime]) -> None:
    """These surveys leave at other times."""
    if later:
        connection.execute(_POSTPONE, [{"of": one, "later": moment} for one, moment in later.items()])


_ASKED = sa.select(asked).where(among(asked.c.person, "people"))


def ask(
    connection: Connection, surveys: Sequence[Survey], now: datetime, at_most_every: timedelta
) -> dict[str, Asked]:
    """Claim the right to ask each recipient, who is asked at most once in that time, by whichever replica.

    Returns by survey what its recipient was asked last: that survey itself where the right was given.
    """
    if not surveys:
        return {}
    people = {one.id: person(one.recipient) for one in surveys}
    claim = insert_of(connection.dialect.name, asked)
    changed = {name: claim.excluded[name] for name in ("asked_at", "survey_id", "incident_id")}
    claim = claim.on_conflict_do_update(
        index_elements=["person"], set_=changed, where=asked.c.asked_at <= now - at_most_every
    )
    rows = [
        {"person": people[one.id], "asked_at": now, "survey_id": one.id, "incident_id": one.incident_id}
        for one in surveys
    ]
    # In one order everywhere, so that two replicas wait for each other and not in a circle.
    connection.execute(claim, sorted(rows, key=lambda row: str(row["person"])))
    found = connection.execute(_ASKED, {"people": set(people.values())}).all()
    last = {row.person: Asked(row.survey_id, row.incident_id, row.asked_at) for row in found}
    return {identifier: last[whose] for identifier, whose in people.items()}


_INVITED = (
    sa.update(survey)
    .where(survey.c.id == sa.bindparam("sent"))
    .values(state=INVITED, snapshot=sa.bindparam("as_sent"), invited_at=sa.bindparam("at"))
)


def mark_invited(connection: Connection, sent: Sequence[Survey]) -> None:
    if sent:
        rows = [{"sent": one.id, "as_sent": one, "at": one.invited_at} for one in sent]
        connection.execute(_INVITED, rows)


_NEXT = sa.select(sa.func.min(survey.c.send_at)).where(survey.c.state == PLANNED)


def next_send_at(connection: Connection) -> datetime | None:
    """When the next planned survey is to be sent."""
    moment: datetime | None = connection.scalar(_NEXT)
    return moment


_BY_ID = sa.select(survey).where(survey.c.id == sa.bindparam("of"))
_BY_ID_LOCKED = _BY_ID.with_for_update()


def survey_by_id(connection: Connection, identifier: str, *, lock: bool = False) -> RowMapping | None:
    statement = _BY_ID_LOCKED if lock else _BY_ID
    return connection.execute(statement, {"of": identifier}).mappings().one_or_none()


_SAID = ("overall", "speed", "solution", "manner", "solved")
_ANSWERED = (
    sa.update(survey)
    .where(survey.c.id == sa.bindparam("of"))
    .values(
        state=ANSWERED,
        reason=None,
        invited_at=sa.bindparam("asked_at"),
        snapshot=sa.bindparam("as_answered"),
        **{name: sa.bindparam(f"given_{name}") for name in _SAID},
    )
)


def save_answer(connection: Connection, answered: Survey) -> None:
    """Whoever answers was asked, also where it was thought that the invitation had not left."""
    said = {f"given_{name}": getattr(answered, name) for name in _SAID}
    given = {"of": answered.id, "asked_at": answered.invited_at, "as_answered": answered}
    connection.execute(_ANSWERED, given | said)


def surveys(connection: Connection, incident_id: str | None, limit: int) -> Sequence[RowMapping]:
    """Surveys, the newest first."""
    query = sa.select(survey).order_by(survey.c.send_at.desc(), survey.c.id).limit(limit)
    if incident_id is not None:
        query = query.where(survey.c.incident_id == incident_id)
    return connection.execute(query).mappings().all()
