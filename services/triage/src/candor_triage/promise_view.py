"""Promises as triage's pages show them: a copy of what sla-timer tells, asked in the ways that pages need."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from candor_common.columns import Moment, among, save_newer
from candor_common.events import (
    Fact,
    Promise,
    PromiseAtRisk,
    PromiseBreached,
    PromiseEscalated,
    PromiseKept,
    PromiseKind,
    PromiseMade,
    PromiseState,
    PromiseWithdrawn,
)
from candor_triage.domain.board import Pledge
from candor_triage.pages_tables import follow_up
from candor_triage.pages_tables import promise as table

_NARROW = (
    table.c.id,
    table.c.incident_id,
    table.c.kind,
    table.c.state,
    table.c.running,
    table.c.due_at,
    table.c.warn_at,
    table.c.kept_at,
)
_NOT_WITHDRAWN = table.c.state != PromiseState.WITHDRAWN.value


@dataclass(frozen=True, slots=True)
class Count:
    """How many promises of a kind and a priority ended in a state."""

    kind: PromiseKind
    priority: str
    state: PromiseState
    number: int


def keep(connection: Connection, facts: Iterable[Fact]) -> None:
    """Keep what facts say about promises; what is older than what is known changes nothing."""
    told = PromiseMade | PromiseAtRisk | PromiseKept | PromiseBreached | PromiseEscalated | PromiseWithdrawn
    newest = {fact.promise.id: fact.promise for fact in facts if isinstance(fact, told)}
    save_newer(connection, table, [_row(one) for one in newest.values()], key="id", version="version")


_OF_INCIDENTS = sa.select(*_NARROW).where(among(table.c.incident_id, "ids"), _NOT_WITHDRAWN)


def pledges(connection: Connection, incident_ids: Collection[str]) -> list[Pledge]:
    """All promises of some incidents that were not withdrawn, in short."""
    return [_pledge(row) for row in connection.execute(_OF_INCIDENTS, {"ids": incident_ids})]


_OF_ONE = (
    sa.select(table.c.snapshot).where(table.c.incident_id == sa.bindparam("of")).order_by(table.c.due_at)
)


def of_incident(connection: Connection, incident_id: str) -> list[Promise]:
    """All promises of an incident as they stand, by due time."""
    return list(connection.scalars(_OF_ONE, {"of": incident_id}))


_NEXT = (
    sa.select(*_NARROW)
    .where(table.c.state == PromiseState.OPEN.value, table.c.running)
    .order_by(table.c.due_at, table.c.id)
    .limit(sa.bindparam("most"))
)


def next_due(connection: Connection, limit: int) -> list[Pledge]:
    """The open promises that come due next; also those that are due already."""
    return [_pledge(row) for row in connection.execute(_NEXT, {"most": limit})]


_COUNTS = (
    sa.select(table.c.kind, table.c.priority, table.c.state, sa.func.count().label("number"))
    .where(table.c.ended_at >= sa.bindparam("since", type_=Moment))
    .group_by(table.c.kind, table.c.priority, table.c.state)
)


def counts(connection: Connection, since: datetime) -> list[Count]:
    """How many promises were kept and missed since a moment."""
    rows = connection.execute(_COUNTS, {"since": since})
    return [Count(PromiseKind(row.kind), row.priority, PromiseState(row.state), row.number) for row in rows]


_AT_RISK = sa.select(sa.func.count()).where(
    table.c.state == PromiseState.OPEN.value,
    table.c.running,
    table.c.warn_at <= sa.bindparam("now", type_=Moment),
)


_FOLLOW_UPS = sa.select(sa.func.count()).where(follow_up.c.open)
_NOW = sa.select(_AT_RISK.scalar_subquery(), _FOLLOW_UPS.scalar_subquery())


def at_risk(connection: Connection, now: datetime) -> tuple[int, int]:
    """How many open promises have passed their warning point, and how many follow-ups are open."""
    risky, follow_ups = connection.execute(_NOW, {"now": now}).one()
    return risky, follow_ups


_BY_ID = sa.select(table.c.snapshot).where(table.c.id == sa.bindparam("wanted"))


def by_id(connection: Connection, promise_id: str) -> Promise | None:
    """One promise as it stands."""
    return connection.scalar(_BY_ID, {"wanted": promise_id})


def short(promise: Promise) -> Pledge:
    """The promise as the board needs it."""
    return Pledge(
        id=promise.id,
        incident_id=promise.incident_id,
        kind=promise.kind,
        state=promise.state,
        running=promise.running,
        due_at=promise.due_at,
        warn_at=promise.warn_at,
        kept_at=promise.kept_at,
    )


def by_incident(found: Sequence[Pledge]) -> dict[str, list[Pledge]]:
    """The promises under the ids of their incidents."""
    grouped: dict[str, list[Pledge]] = {}
    for one in found:
        grouped.setdefault(one.incident_id, []).append(one)
    return grouped


def _pledge(row: Any) -> Pledge:
    return Pledge(
        row.id,
        row.incident_id,
        PromiseKind(row.kind),
        PromiseState(row.state),
        bool(row.running),
        row.due_at,
        row.warn_at,
        row.kept_at,
    )


def _row(one: Promise) -> dict[str, Any]:
    missed = one.due_at if one.state is PromiseState.BREACHED else None
    return {
        "id": one.id,
        "incident_id": one.incident_id,
        "version": one.version,
        "kind": one.kind.value,
        "state": one.state.value,
        "running": one.running,
        "priority": one.priority.value,
        "due_at": one.due_at,
        "warn_at": one.warn_at,
        "kept_at": one.kept_at,
        "ended_at": one.kept_at or missed,
        "snapshot": one,
    }
