"""What messages are rendered from: incidents, promises and threads as they were heard of last."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from candor_common.columns import insert_for, insert_new
from candor_common.events import Incident, Promise, PromiseState
from candor_notifier.tables import incident, promise, thread

LONGEST_ID = 300
"""Longer ids of mail are not kept; half an id would name another mail."""


def save_incidents(connection: Connection, incidents: Iterable[Incident]) -> None:
    """Keep the newest snapshots; older ones change nothing."""
    newest = {one.id: one for one in sorted(incidents, key=lambda one: one.version)}
    rows = [{"id": one.id, "version": one.version, "snapshot": one} for one in newest.values()]
    _save_newer(connection, incident, rows)


def save_promises(connection: Connection, promises: Iterable[Promise]) -> None:
    """Keep the newest snapshots; older ones change nothing."""
    newest = {one.id: one for one in sorted(promises, key=lambda one: one.version)}
    rows = [
        {
            "id": one.id,
            "incident_id": one.incident_id,
            "version": one.version,
            "state": one.state.value,
            "snapshot": one,
        }
        for one in newest.values()
    ]
    _save_newer(connection, promise, rows)


def _save_newer(connection: Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    insert = insert_for(connection, table)
    changed = {name: insert.excluded[name] for name in rows[0] if name != "id"}
    statement = insert.on_conflict_do_update(
        index_elements=["id"], set_=changed, where=table.c.version < insert.excluded.version
    )
    connection.execute(statement, list(rows))


def incidents_by_id(connection: Connection, ids: Collection[str]) -> dict[str, Incident]:
    query = sa.select(incident.c.id, incident.c.snapshot).where(incident.c.id.in_(ids))
    return {row.id: row.snapshot for row in connection.execute(query)}


def promises_of(
    connection: Connection, incident_ids: Collection[str], states: Collection[PromiseState]
) -> list[Promise]:
    query = sa.select(promise.c.snapshot).where(
        promise.c.incident_id.in_(incident_ids), promise.c.state.in_([state.value for state in states])
    )
    return list(connection.scalars(query))


def note_thread(connection: Connection, mails: Iterable[tuple[str, str, datetime]]) -> None:
    """Keep the ids of mail that came in or left, as (message id, incident, time), so that ours stands in a thread."""
    rows = [
        {"message_id": one, "incident_id": of, "at": at} for one, of, at in mails if len(one) <= LONGEST_ID
    ]
    insert_new(connection, thread, rows)


def threads_of(connection: Connection, incident_ids: Collection[str]) -> Mapping[str, list[str]]:
    """The ids of mail that came in or left, oldest first, by incident."""
    query = (
        sa.select(thread.c.incident_id, thread.c.message_id)
        .where(thread.c.incident_id.in_(incident_ids))
        .order_by(thread.c.at, thread.c.message_id)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.incident_id].append(row.message_id)
    return found
