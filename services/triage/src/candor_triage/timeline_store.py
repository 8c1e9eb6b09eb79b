"""The timelines of incidents: what happened, who did it, and when."""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from candor_common.columns import insert_new
from candor_triage.domain.timeline import Entry
from candor_triage.tables import timeline

_TIMELINE = (
    sa.select(timeline, sa.func.count().over().label("length"))
    .where(timeline.c.incident_id == sa.bindparam("of"))
    .order_by(timeline.c.at.desc(), timeline.c.id.desc())
    .limit(sa.bindparam("most"))
)


class Timeline(NamedTuple):
    """The last entries of an incident's timeline, the oldest of them first, and how many there are in all."""

    entries: list[Entry]
    length: int


def timeline_of(connection: Connection, incident_id: str, limit: int) -> list[Entry]:
    """The last entries of an incident's timeline, the oldest of them first."""
    return measured_timeline(connection, incident_id, limit).entries


def measured_timeline(connection: Connection, incident_id: str, limit: int) -> Timeline:
    """The same, with how many there are in all."""
    rows = connection.execute(_TIMELINE, {"of": incident_id, "most": limit}).all()
    entries = [Entry(row.incident_id, row.kind, row.at, row.actor, row.text) for row in reversed(rows)]
    return Timeline(entries, rows[0].length if rows else 0)


_LENGTH = sa.select(sa.func.count()).where(timeline.c.incident_id == sa.bindparam("of"))


def timeline_length(connection: Connection, incident_id: str) -> int:
    """How many entries the timeline of an incident has."""
    return connection.scalar(_LENGTH, {"of": incident_id}) or 0


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
