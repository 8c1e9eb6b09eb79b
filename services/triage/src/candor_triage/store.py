"""What triage keeps: incidents, the references that lead to them, requests seen, and timelines."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from candor_common.columns import Moment, among, insert_new, upsert
from candor_common.events import Incident, IncidentStatus
from candor_triage.domain.answers import parts_of
from candor_triage.domain.arrival import Fate
from candor_triage.domain.rules import ACTIVE
from candor_triage.tables import incident, metadata, reference, request

__all__ = ["metadata"]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which incidents to list; an empty part lets all pass."""

    status: Collection[str] = ()
    team: str | None = None
    priority: Collection[str] = ()
    lane: Collection[str] = ()
    owner: str | None = None
    unsure: bool | None = None


@dataclass(frozen=True, slots=True)
class Concerned:
    """Incidents that a batch is about, locked until the transaction ends."""

    incidents: Mapping[str, Incident]
    followed_by: Mapping[str, str]


_KNOWN = sa.select(request.c.request_id).where(among(request.c.request_id, "ids"))


def known_requests(connection: Connection, request_ids: Collection[str]) -> set[str]:
    """Those of the requests that were seen before."""
    return set(connection.scalars(_KNOWN, {"ids": request_ids}))


_ALIASES = sa.select(reference.c.reference, reference.c.incident_id).where(
    among(reference.c.reference, "references")
)


def aliases(connection: Connection, references: Collection[str]) -> dict[str, str]:
    """Where those of the references lead that are not incidents themselves."""
    return {
        row.reference: row.incident_id for row in connection.execute(_ALIASES, {"references": references})
    }


_SINCE = sa.bindparam("ended_since", type_=Moment)
_OF_SIGNALS = sa.and_(
    among(incident.c.signal_key, "signal_keys"),
    sa.or_(incident.c.resolved_at.is_(None), incident.c.resolved_at >= _SINCE),
)
# In the order of ids, so that two transactions that lock the same incidents do not block each other.
_LOCKED = (
    sa.select(incident.c.id, incident.c.followed_by, incident.c.snapshot)
    .order_by(incident.c.id)
    .with_for_update()
)
_LOCKED_BY_ID = _LOCKED.where(among(incident.c.id, "ids"))
_LOCKED_BY_ID_OR_SIGNAL = _LOCKED.where(sa.or_(among(incident.c.id, "ids"), _OF_SIGNALS))


def concerned(
    connection: Connection, ids: Collection[str], signal_keys: Collection[str], ended_since: datetime
) -> Concerned:
    """The incidents of some ids, those of some signals that are open or ended since a moment, and what came after them."""
    given = {"ids": ids, "signal_keys": signal_keys, "ended_since": ended_since}
    statement = _LOCKED_BY_ID_OR_SIGNAL if signal_keys else _LOCKED_BY_ID
    found = connection.execute(statement, given if signal_keys else {"ids": ids}).all()
    while missing := {row.followed_by for row in found if row.followed_by} - {row.id for row in found}:
        found = [*found, *connection.execute(_LOCKED_BY_ID, {"ids": missing})]
    return Concerned(
        {row.id: row.snapshot for row in found},
        {row.id: row.followed_by for row in found if row.followed_by},
    )


_BY_ID = sa.select(incident.c.snapshot).where(among(incident.c.id, "ids"))


def merged_into(connection: Connection, incidents: Collection[Incident]) -> dict[str, Incident]:
    """By id those that were merged into some incidents, not into one that is part of them in its turn."""
    ids = set[str]().union(*map(parts_of, incidents))
    return {one.id: one for one in connection.scalars(_BY_ID, {"ids": ids})} if ids else {}


def together(connection: Connection, given: Collection[str]) -> dict[str, Incident]:
    """By reference the incidents that some references are or lead to, locked in one order; unknown ones are left out."""
    leads = aliases(connection, given)
    ids = {one: leads.get(one, one) for one in given}
    rows = connection.execute(_LOCKED_BY_ID, {"ids": set(ids.values())})
    found = {row.id: row.snapshot for row in rows}
    return {one: found[id] for one, id in ids.items() if id in found}


_ALIAS = (
    sa.select(reference.c.incident_id).where(reference.c.reference == sa.bindparam("given")).scalar_subquery()
)
_LED_TO = sa.select(incident.c.snapshot).where(
    sa.or_(incident.c.id == sa.bindparam("given"), incident.c.id == _ALIAS)
)
_LED_TO_LOCKED = _LED_TO.with_for_update()


def led_to(connection: Connection, given: str, *, lock: bool = False) -> Incident | None:
    """The incident that a reference is or leads to."""
    return connection.scalar(_LED_TO_LOCKED if lock else _LED_TO, {"given": given})


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
    equal = ((columns.team, wanted.team), (columns.owner, wanted.owner), (columns.unsure, wanted.unsure))
    found: list[sa.ColumnElement[bool]] = [column.in_(values) for column, values in parts if values]
    return [*found, *(column == value for column, value in equal if value is not None)]


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
        "owner": one.owner,
        "unsure": one.unsure,
        # What comes of a signal that is no longer looked at begins anew.
        "signal_key": None if one.status is IncidentStatus.CANCELLED else one.signal_key,
        "opened_at": one.opened_at,
        "resolved_at": one.resolved_at,
        "snapshot": one,
    }


_LINK = (
    sa.update(incident).where(incident.c.id == sa.bindparam("old")).values(followed_by=sa.bindparam("new"))
)


def link(connection: Connection, followed_by: Mapping[str, str]) -> None:
    """Remember which incident comes after which; old id to new id."""
    if followed_by:
        connection.execute(_LINK, [{"old": old, "new": new} for old, new in followed_by.items()])


_ABSORB = (
    sa.update(reference)
    .where(reference.c.incident_id == sa.bindparam("gone"))
    .values(incident_id=sa.bindparam("into")),
    sa.update(incident)
    .where(sa.or_(incident.c.followed_by == sa.bindparam("gone"), incident.c.id == sa.bindparam("gone")))
    .values(followed_by=sa.bindparam("into")),
    # What goes on comes after nothing, so that no chain turns in a circle.
    sa.update(incident).where(incident.c.id == sa.bindparam("into")).values(followed_by=None),
)


def absorb(connection: Connection, gone: str, into: str) -> None:
    """Let everything that leads to an incident lead to the one that it was merged into."""
    for statement in _ABSORB:
        connection.execute(statement, {"gone": gone, "into": into})


_LOAD = (
    sa.select(incident.c.owner, sa.func.count().label("open"))
    .where(incident.c.owner.is_not(None), incident.c.status.in_([one.value for one in ACTIVE]))
    .group_by(incident.c.owner)
)


def load(connection: Connection) -> dict[str, int]:
    """How many incidents everybody has that are not over."""
    return {row.owner: row.open for row in connection.execute(_LOAD)}


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
