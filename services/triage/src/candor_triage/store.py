"""What triage keeps: incidents, the references that lead to them, requests seen, and timelines."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from candor_common.columns import Moment, Snapshot, insert_new, upsert
from candor_common.events import Incident, IncidentStatus
from candor_triage.domain.arrival import Fate
from candor_triage.domain.timeline import Entry

metadata = sa.MetaData()

incident = sa.Table(
    "triage_incident",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("priority", sa.String(10), nullable=False),
    sa.Column("lane", sa.String(20), nullable=False),
    sa.Column("team", sa.String(100), nullable=False),
    sa.Column("signal_key", sa.Text),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("resolved_at", Moment),
    sa.Column("followed_by", sa.String(40)),
    sa.Column("snapshot", Snapshot(Incident), nullable=False),
    sa.Index("triage_incident_newest", "opened_at", "id"),
    sa.Index("triage_incident_ended", "status", "resolved_at"),
    sa.Index("triage_incident_signal", "signal_key", "resolved_at"),
)
"""`followed_by` is the newest incident that was opened because this one was over for too long to be reopened."""

reference = sa.Table(
    "triage_reference",
    metadata,
    sa.Column("reference", sa.String(40), primary_key=True),
    sa.Column("incident_id", sa.String(40), nullable=False),
)
"""References of requests that joined an incident which has another one."""

request = sa.Table(
    "triage_request",
    metadata,
    sa.Column("request_id", sa.String(64), primary_key=True),
    sa.Column("incident_id", sa.String(40)),
    sa.Column("fate", sa.String(10), nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
)
"""Requests seen, and what became of them; those that were ignored belong to no incident."""

timeline = sa.Table(
    "triage_timeline",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("incident_id", sa.String(40), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("kind", sa.String(30), nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("event_id", sa.String(64), nullable=False),
    sa.Index("triage_timeline_once", "incident_id", "event_id", "kind", unique=True),
    sa.Index("triage_timeline_order", "incident_id", "at", "id"),
)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which incidents to list; an empty part lets all pass."""

    status: Collection[str] = ()
    team: str | None = None
    priority: Collection[str] = ()
    lane: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Concerned:
    """Incidents that a batch is about, locked until the transaction ends."""

    incidents: Mapping[str, Incident]
    followed_by: Mapping[str, str]


def known_requests(connection: Connection, request_ids: Collection[str]) -> set[str]:
    """Those of the requests that were seen before."""
    query = sa.select(request.c.request_id).where(request.c.request_id.in_(request_ids))
    return set(connection.scalars(query))


def aliases(connection: Connection, references: Collection[str]) -> dict[str, str]:
    """Where those of the references lead that are not incidents themselves."""
    query = sa.select(reference).where(reference.c.reference.in_(references))
    return {row.reference: row.incident_id for row in connection.execute(query)}


def concerned(
    connection: Connection, ids: Collection[str], signal_keys: Collection[str], ended_since: datetime
) -> Concerned:
    """The incidents of some ids, and those of some signals that are open or ended since a moment."""
    lately = sa.or_(incident.c.resolved_at.is_(None), incident.c.resolved_at >= ended_since)
    of_signals = sa.and_(incident.c.signal_key.in_(signal_keys), lately)
    either = sa.or_(incident.c.id.in_(ids), of_signals) if signal_keys else incident.c.id.in_(ids)
    found = _locked(connection, either)
    missing = {row["followed_by"] for row in found if row["followed_by"]} - {row["id"] for row in found}
    if missing:
        found = [*found, *_locked(connection, incident.c.id.in_(missing))]
    return Concerned(
        {row["id"]: row["snapshot"] for row in found},
        {row["id"]: row["followed_by"] for row in found if row["followed_by"]},
    )


def _locked(connection: Connection, which: sa.ColumnElement[bool]) -> Sequence[RowMapping]:
    # In the order of ids, so that two transactions that lock the same incidents do not block each other.
    query = sa.select(incident.c.id, incident.c.followed_by, incident.c.snapshot).where(which)
    return connection.execute(query.order_by(incident.c.id).with_for_update()).mappings().all()


def led_to(connection: Connection, given: str, *, lock: bool = False) -> Incident | None:
    """The incident that a reference is or leads to."""
    alias = sa.select(reference.c.incident_id).where(reference.c.reference == given).scalar_subquery()
    query = sa.select(incident.c.snapshot).where(sa.or_(incident.c.id == given, incident.c.id == alias))
    return connection.scalar(query.with_for_update() if lock else query)


def page(
    connection: Connection, wanted: Filter, after: tuple[datetime, str] | None, limit: int
) -> list[Incident]:
    """Incidents, the newest first, from behind a place (opening time and id) on."""
    query = sa.select(incident.c.snapshot).where(*_conditions(wanted))
    if after:
        query = query.where(sa.tuple_(incident.c.opened_at, incident.c.id) < after)
    query = query.order_by(incident.c.opened_at.desc(), incident.c.id.desc()).limit(limit)
    return list(connection.scalars(query))


def _conditions(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    columns = incident.c
    parts = (
        (columns.status, wanted.status),
        (columns.priority, wanted.priority),
        (columns.lane, wanted.lane),
    )
    found: list[sa.ColumnElement[bool]] = [column.in_(values) for column, values in parts if values]
    return found if wanted.team is None else [*found, columns.team == wanted.team]


def timeline_of(connection: Connection, incident_id: str, limit: int) -> list[Entry]:
    """The last entries of an incident's timeline, the oldest of them first."""
    query = (
        sa.select(timeline)
        .where(timeline.c.incident_id == incident_id)
        .order_by(timeline.c.at.desc(), timeline.c.id.desc())
        .limit(limit)
    )
    rows = connection.execute(query).all()
    return [Entry(row.incident_id, row.kind, row.at, row.actor, row.text) for row in reversed(rows)]


def resolved_until(connection: Connection, moment: datetime, limit: int) -> list[Incident]:
    """Incidents that were resolved at a moment or earlier and are not closed, the oldest resolution first.

    Passes over those that somebody else is at: they come up again.
    """
    query = (
        sa.select(incident.c.snapshot)
        .where(incident.c.status == IncidentStatus.RESOLVED.value, incident.c.resolved_at <= moment)
        .order_by(incident.c.resolved_at, incident.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(connection.scalars(query))


def next_resolved_after(connection: Connection, moment: datetime) -> datetime | None:
    """When the first of the resolved incidents beyond a moment was resolved."""
    query = sa.select(sa.func.min(incident.c.resolved_at)).where(
        incident.c.status == IncidentStatus.RESOLVED.value, incident.c.resolved_at > moment
    )
    return connection.execute(query).scalar()


def save(connection: Connection, incidents: Collection[Incident]) -> None:
    """Write incidents as they stand now. Those that were there before must have been loaded with a lock."""
    upsert(connection, incident, [_row(one) for one in incidents], key=["id"])


def _row(one: Incident) -> dict[str, Any]:
    return {
        "id": one.id,
        "version": one.version,
        "status": one.status.value,
        "priority": one.priority.value,
        "lane": one.lane.value,
        "team": one.team,
        "signal_key": one.signal_key,
        "opened_at": one.opened_at,
        "resolved_at": one.resolved_at,
        "snapshot": one,
    }


def link(connection: Connection, followed_by: Mapping[str, str]) -> None:
    """Remember which incident comes after which; old id to new id."""
    statement = (
        sa.update(incident)
        .where(incident.c.id == sa.bindparam("old"))
        .values(followed_by=sa.bindparam("new"))
    )
    if followed_by:
        connection.execute(statement, [{"old": old, "new": new} for old, new in followed_by.items()])


def lead(connection: Connection, references: Mapping[str, str]) -> None:
    """Let references lead to incidents."""
    insert_new(
        connection, reference, [{"reference": one, "incident_id": to} for one, to in references.items()]
    )


def note_requests(
    connection: Connection, fates: Mapping[str, tuple[Fate, str | None]], now: datetime
) -> None:
    """Remember requests by id: what became of them, and in which incident."""
    rows = [
        {"request_id": id, "incident_id": incident_id, "fate": fate, "seen_at": now}
        for id, (fate, incident_id) in fates.items()
    ]
    insert_new(connection, request, rows)


def note_entries(connection: Connection, entries: Sequence[tuple[Entry, str]]) -> None:
    """Add entries to timelines, each with the id of the event behind it; one that is there already is left alone."""
    rows = [
        {
            "incident_id": entry.incident_id,
            "at": entry.at,
            "kind": entry.kind,
            "actor": entry.actor,
            "text": entry.text,
            "event_id": event_id,
        }
        for entry, event_id in entries
    ]
    insert_new(connection, timeline, rows)
