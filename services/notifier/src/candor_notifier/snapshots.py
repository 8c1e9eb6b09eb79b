"""What messages are rendered from: incidents, promises and threads as they were heard of last."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from candor_common.columns import insert_new, save_newer
from candor_common.events import Incident, Promise, PromiseState
from candor_notifier.tables import incident, promise, thread

LONGEST_ID = 300
"""Longer ids of mail are not kept; half an id would name another mail."""


def save_incidents(connection: Connection, incidents: Iterable[Incident]) -> None:
    """Keep the newest snapshots; older ones change nothing."""
    newest = {one.id: one for one in sorted(incidents, key=lambda one: one.version)}
    rows = [{"id": one.id, "version": one.version, "snapshot": one} for one in newest.values()]
    save_newer(connection, incident, rows, key="id", version="version")


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
    save_newer(connection, promise, rows, key="id", version="version")


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
        .order_by(thread.c.at, thread.c.number)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.incident_id].append(row.message_id)
    return found
