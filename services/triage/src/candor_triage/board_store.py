"""The questions that the pages ask of incidents: which are there to be worked on, which are meant, which look alike."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from candor_common.columns import among
from candor_common.events import Incident, IncidentStatus, Lane, Priority
from candor_triage.domain.board import Entry
from candor_triage.domain.similar import Past
from candor_triage.paging import Place
from candor_triage.tables import incident, timeline

SEARCHED_AT_ONCE = 5000
"""Through how many incidents one search by words looks, the newest first; the next one goes on behind them."""
NEWEST_COMPARED = 1000
"""Among how many incidents that are over similar ones are looked for."""


class field_of(FunctionElement[str]):
    """A field of a snapshot as text: `field_of(table.c.snapshot, "owner")`, or a path as `"resolution.cause"`."""

    type = sa.Text()
    inherit_cache = True

    def __init__(self, column: sa.ColumnElement[Any], path: str) -> None:
        super().__init__(sa.type_coerce(column, sa.Text), sa.literal_column(f"'{path}'"))


@compiles(field_of, "postgresql")
def _field_postgres(element: field_of, compiler: SQLCompiler, **options: Any) -> str:
    column, path = (compiler.process(one, **options) for one in element.clauses)
    return f"({column}::json #>> string_to_array({path}, '.'))"


@compiles(field_of, "sqlite")
def _field_sqlite(element: field_of, compiler: SQLCompiler, **options: Any) -> str:
    column, path = (compiler.process(one, **options) for one in element.clauses)
    return f"json_extract({column}, '$.' || {path})"


_snapshot = incident.c.snapshot
_ENTRY = sa.select(
    incident.c.id,
    incident.c.status,
    incident.c.priority,
    incident.c.lane,
    incident.c.team,
    incident.c.opened_at,
    incident.c.owner,
    incident.c.unsure,
    field_of(_snapshot, "kind").label("kind"),
)
_IN_STATUS = (
    _ENTRY.where(among(incident.c.status, "statuses"))
    .order_by(incident.c.opened_at.desc())
    .limit(sa.bindparam("most"))
)


def entries(connection: Connection, statuses: Collection[str], limit: int) -> list[Entry]:
    """The newest incidents in some statuses, in short."""
    rows = connection.execute(_IN_STATUS, {"statuses": statuses, "most": limit})
    return [_entry(row) for row in rows]


_OF_IDS = _ENTRY.where(among(incident.c.id, "ids"))


def entries_of(connection: Connection, ids: Collection[str]) -> list[Entry]:
    """Some incidents in short, whatever their status."""
    return [_entry(row) for row in connection.execute(_OF_IDS, {"ids": ids})]


_SNAPSHOTS = sa.select(incident.c.snapshot).where(among(incident.c.id, "ids"))


def snapshots(connection: Connection, ids: Collection[str]) -> dict[str, Incident]:
    """Some incidents as they stand."""
    return {one.id: one for one in connection.scalars(_SNAPSHOTS, {"ids": ids})}


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, and how far back it looked."""

    entries: list[Entry]
    through: Place | None
    """Behind which incident older ones were not looked at; nothing when there are none."""


def search(connection: Connection, text: str, limit: int, behind: Place | None = None) -> Found:
    """Incidents with all of these words in title, description or names, the newest first.

    Looks at so many of them as is quick, and says how far back that was.
    """
    slice_ = sa.select(incident).order_by(incident.c.opened_at.desc(), incident.c.id.desc())
    if behind is not None:
        slice_ = slice_.where(_older(*behind))
    newest = slice_.limit(SEARCHED_AT_ONCE).subquery("newest")
    fields = ("title", "description", "customer", "requester.name", "requester.address")
    said: sa.ColumnElement[str] = sa.func.coalesce(newest.c.owner, "")
    for one in fields:
        said = said.concat(" ").concat(sa.func.coalesce(field_of(newest.c.snapshot, one), ""))
    found = [
        sa.func.lower(newest.c.id.concat(" ").concat(said)).contains(word, autoescape=True)
        for word in _words(text)
    ]
    ids = sa.select(newest.c.id).where(*found).order_by(newest.c.opened_at.desc()).limit(limit)
    entries = entries_of(connection, list(connection.scalars(ids)))
    return Found(entries, _through(connection, behind))


def _through(connection: Connection, behind: Place | None) -> Place | None:
    """The last incident of a slice, where others come behind it."""
    places = sa.select(incident.c.opened_at, incident.c.id).order_by(
        incident.c.opened_at.desc(), incident.c.id.desc()
    )
    if behind is not None:
        places = places.where(_older(*behind))
    last = connection.execute(places.offset(SEARCHED_AT_ONCE - 1).limit(2)).all()
    return (last[0].opened_at, last[0].id) if len(last) == 2 else None


def _older(opened_at: datetime, id: str) -> sa.ColumnElement[bool]:
    return sa.or_(
        incident.c.opened_at < opened_at, sa.and_(incident.c.opened_at == opened_at, incident.c.id < id)
    )


_OVER = (IncidentStatus.RESOLVED.value, IncidentStatus.VERIFIED.value, IncidentStatus.CLOSED.value)
_PAST = (
    sa.select(
        incident.c.id,
        field_of(_snapshot, "title").label("title"),
        field_of(_snapshot, "resolution.cause").label("cause"),
    )
    .where(among(incident.c.status, "statuses"), incident.c.id != sa.bindparam("but"))
    .order_by(incident.c.opened_at.desc())
    .limit(NEWEST_COMPARED)
)


def past(connection: Connection, but: str) -> list[Past]:
    """The newest incidents that are over, without one."""
    rows = connection.execute(_PAST, {"statuses": _OVER, "but": but})
    return [Past(row.id, row.title or "", row.cause or "") for row in rows]


_LAST = sa.select(sa.func.max(timeline.c.id))


def last_entry(connection: Connection) -> int:
    """The number of the newest timeline entry."""
    return connection.scalar(_LAST) or 0


_CHANGED = (
    sa.select(timeline.c.id, timeline.c.incident_id)
    .where(timeline.c.id > sa.bindparam("after"))
    .order_by(timeline.c.id)
    .limit(sa.bindparam("most"))
)


def changed(connection: Connection, after: int, limit: int) -> list[tuple[int, str]]:
    """Numbers of timeline entries behind one, with their incidents, in order."""
    rows = connection.execute(_CHANGED, {"after": after, "most": limit})
    return [(row.id, row.incident_id) for row in rows]


_TITLES = sa.select(incident.c.id, field_of(_snapshot, "title").label("title"), incident.c.team).where(
    among(incident.c.id, "ids")
)


def titles(connection: Connection, ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """Title and team of some incidents."""
    return {row.id: (row.title or "", row.team) for row in connection.execute(_TITLES, {"ids": ids})}


def _words(text: str) -> list[str]:
    return text.lower().split()[:6]


def _entry(row: Any) -> Entry:
    return Entry(
        id=row.id,
        status=IncidentStatus(row.status),
        priority=Priority(row.priority),
        lane=Lane(row.lane),
        team=row.team,
        kind=row.kind or "",
        owner=row.owner,
        unsure=bool(row.unsure),
        opened_at=row.opened_at,
    )
