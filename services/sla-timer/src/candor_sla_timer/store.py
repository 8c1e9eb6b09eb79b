"""What the SLA timer keeps: the facts of each incident, and the promises that follow from them.

Whoever counts the promises of an incident again holds the lock on its row, so that two replicas that read different
topics, and the scheduler, see each other's facts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from candor_common.columns import Moment, Snapshot, among, insert_new, upsert
from candor_common.events import Promise
from candor_sla_timer.domain.agenda import NOTHING, Agenda
from candor_sla_timer.domain.history import TYPES, HistoryFact, recalled
from candor_sla_timer.domain.moments import next_moment

metadata = sa.MetaData()

incident = sa.Table(
    "sla_timer_incident",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("traceparent", sa.String(55), nullable=False),
)

fact = sa.Table(
    "sla_timer_fact",
    metadata,
    sa.Column("event_id", sa.String(64), primary_key=True),
    sa.Column("incident_id", sa.String(40), nullable=False),
    sa.Column("type", sa.String(20), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("payload", sa.JSON, nullable=False),
    sa.Index("sla_timer_fact_incident", "incident_id"),
)

promise = sa.Table(
    "sla_timer_promise",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("incident_id", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("due_at", Moment, nullable=False),
    sa.Column("next_at", Moment),
    sa.Column("snapshot", Snapshot(Promise), nullable=False),
    sa.Index("sla_timer_promise_incident", "incident_id"),
    sa.Index("sla_timer_promise_state", "state", "due_at", "id"),
)

_RUNNING = promise.c.next_at.is_not(None)
sa.Index("sla_timer_promise_next", promise.c.next_at, postgresql_where=_RUNNING, sqlite_where=_RUNNING)

_COLUMNS = {"event_id", "incident_id", "type", "at", "version"}


@dataclass(frozen=True, slots=True)
class Book:
    """What is written about one incident."""

    history: list[HistoryFact] = field(default_factory=list)
    promises: dict[str, Promise] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claim:
    """Promises that are due for a look, and the incidents that they belong to, with their traces; these are locked."""

    promise_ids: Sequence[str]
    traces: Mapping[str, str]


class Wanted(BaseModel):
    """Which promises somebody wants to see."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    incident: str | None = None
    state: Literal["open", "kept", "breached", "withdrawn"] | None = None
    kind: (
        Literal[
            "first_response",
            "next_update",
            "next_reply",
            "resolution",
            "estimate",
            "follow_up",
            "improvement_reply",
        ]
        | None
    ) = None
    due_before: AwareDatetime | None = None
    after: str | None = Field(None, description="`next` of the page before")
    limit: int = Field(50, ge=1, le=200)


def lock(connection: Connection, traces: Mapping[str, str]) -> None:
    """Hold incidents until the transaction ends, also those that nobody has heard of yet.

    In the order of their names, so that two that lock several wait for each other and not in a circle.
    """
    rows = [{"id": one, "traceparent": traces[one]} for one in sorted(traces)]
    upsert(connection, incident, rows, key=["id"])


def begin(connection: Connection, incident_id: str, traceparent: str) -> bool:
    """Hold an incident that nobody has heard of, about which nothing is written; false when somebody has."""
    rows = [{"id": incident_id, "traceparent": traceparent}]
    return insert_new(connection, incident, rows) == 1


def add_facts(connection: Connection, facts: Iterable[HistoryFact]) -> None:
    """Keep facts; those that are known already change nothing."""
    insert_new(connection, fact, [_fact_row(one) for one in facts])


_FACTS = sa.select(fact).where(among(fact.c.incident_id, "incidents"))
_PROMISES = sa.select(promise.c.snapshot).where(among(promise.c.incident_id, "incidents"))


def books(connection: Connection, incident_ids: Collection[str]) -> dict[str, Book]:
    """Facts and promises of incidents, which the caller has locked."""
    found: dict[str, Book] = defaultdict(Book)
    if not incident_ids:
        return found
    given = {"incidents": incident_ids}
    for row in connection.execute(_FACTS, given).mappings():
        # A later version may have left facts that this one can't read.
        if row["type"] in TYPES:
            written = {**row["payload"], **{name: row[name] for name in _COLUMNS}}
            found[row["incident_id"]].history.append(recalled(written))
    for snapshot in connection.scalars(_PROMISES, given):
        found[snapshot.incident_id].promises[snapshot.id] = snapshot
    return found


def write(
    connection: Connection, promises: Iterable[Promise], agendas: Mapping[str, Agenda], now: datetime
) -> datetime | None:
    """Keep promises as they stand now, and when the scheduler has to look at them; returns the first of those times."""
    rows = [_promise_row(one, agendas.get(one.id, NOTHING), now) for one in promises]
    upsert(connection, promise, rows, key=["id"])
    return min((row["next_at"] for row in rows if row["next_at"]), default=None)


_NEXT_DUE = sa.select(promise.c.next_at).where(_RUNNING).order_by(promise.c.next_at).limit(1)


def next_due(connection: Connection) -> datetime | None:
    """When the scheduler has to look at a promise; it may be over already."""
    moment: datetime | None = connection.scalar(_NEXT_DUE)
    return moment


_CLAIM = (
    sa.select(promise.c.id, promise.c.incident_id, incident.c.traceparent)
    .join(incident, incident.c.id == promise.c.incident_id)
    .where(promise.c.next_at <= sa.bindparam("now"))
    .order_by(promise.c.next_at)
    .limit(sa.bindparam("most"))
    .with_for_update(of=incident, skip_locked=True)
)


def claim(connection: Connection, now: datetime, limit: int) -> Claim:
    """Promises whose moment has come, the longest waiting first, but for those on which somebody else works.

    What is locked are the incidents; what stands in the promises must be read again behind the lock.
    """
    rows = connection.execute(_CLAIM, {"now": now, "most": limit}).all()
    return Claim([row.id for row in rows], {row.incident_id: row.traceparent for row in rows})


def find(connection: Connection, wanted: Wanted) -> list[Promise]:
    """A page of promises, the earliest due first."""
    columns = promise.c
    query = sa.select(columns.snapshot).order_by(columns.due_at, columns.id).limit(wanted.limit)
    for column, value in (
        (columns.incident_id, wanted.incident),
        (columns.state, wanted.state),
        (columns.kind, wanted.kind),
    ):
        query = query.where(column == value) if value is not None else query
    if wanted.due_before is not None:
        query = query.where(columns.due_at < wanted.due_before)
    if wanted.after is not None:
        last = by_id(connection, wanted.after)
        if last is None:
            return []
        same_time = sa.and_(columns.due_at == last.due_at, columns.id > last.id)
        query = query.where(sa.or_(columns.due_at > last.due_at, same_time))
    return list(connection.scalars(query))


_BY_ID = sa.select(promise.c.snapshot).where(promise.c.id == sa.bindparam("of"))


def by_id(connection: Connection, promise_id: str) -> Promise | None:
    found: Promise | None = connection.scalar(_BY_ID, {"of": promise_id})
    return found


def _fact_row(one: HistoryFact) -> dict[str, Any]:
    payload = one.model_dump(mode="json", exclude=_COLUMNS, exclude_none=True)
    return {**{name: getattr(one, name) for name in _COLUMNS}, "payload": payload}


def _promise_row(one: Promise, agenda: Agenda, now: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "incident_id": one.incident_id,
        "kind": one.kind.value,
        "state": one.state.value,
        "due_at": one.due_at,
        "next_at": next_moment(one, agenda, now),
        "snapshot": one,
    }
