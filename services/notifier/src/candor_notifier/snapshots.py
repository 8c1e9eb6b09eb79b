"""What messages are rendered from: incidents, promises and threads as they were heard of last."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from candor_common.columns import among, insert_new, save_newer
from candor_common.events import Incident, Promise, PromiseState
from candor_notifier.tables import incident, promise, thread

LONGEST_ID = 300
"""Longer ids of mail are not kept; half an id would name another mail."""


def save_incidents(connection: Connection, incidents: Iterable[Incident]) -> None:
    """Keep the newest snapshots; older ones change nothing."""
    newest = {one.id: one for one in sorted(incidents, key=lambda one: one.version)}
    rows = [
        {"id": one.id, "version": one.version, "merged_into": one.merged_into, "snapshot": one}
        for one in newest.values()
    ]
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


_INCIDENTS = sa.select(incident.c.id, incident.c.snapshot).where(among(incident.c.id, "ids"))


def incidents_by_id(connection: Connection, ids: Collection[str]) -> dict[str, Incident]:
    return {row.id: row.snapshot for row in connection.execute(_INCIDENTS, {"ids": ids})}


_MERGED = sa.select(incident.c.id, incident.c.merged_into, incident.c.snapshot).where(
    among(incident.c.merged_into, "into")
)


def followers_of(connection: Connection, incident_ids: Collection[str]) -> Mapping[str, list[Incident]]:
    """What was merged into incidents, also by way of others, by the one that goes on."""
    found: dict[str, list[Incident]] = defaultdict(list)
    goes_on, level = {one: one for one in incident_ids}, set(incident_ids)
    while level:
        rows = [row for row in connection.execute(_MERGED, {"into": level}) if row.id not in goes_on]
        goes_on |= {row.id: goes_on[row.merged_into] for row in rows}
        for row in rows:
            found[goes_on[row.id]].append(row.snapshot)
        level = {row.id for row in rows}
    return found


def going_on(connection: Connection, incidents: Iterable[Incident]) -> dict[str, Incident]:
    """By incident that was merged, the one that goes on for it in the end, as far as that is known."""
    merged = {one.id: one.merged_into for one in incidents if one.merged_into}
    known: dict[str, Incident] = {}
    while missing := {into for into in merged.values() if into not in known}:
        found = incidents_by_id(connection, missing)
        known |= found
        for of, into in merged.items():
            merged[of] = (known[into].merged_into or into) if into in known else into
        if not found:
            break
    return {of: known[into] for of, into in merged.items() if into in known}


_CONFIRM = (
    sa.update(incident)
    .where(among(incident.c.id, "ids"))
    .values(confirmed_at=sa.bindparam("at", type_=incident.c.confirmed_at.type))
)
_CONFIRMED = sa.select(incident.c.id).where(among(incident.c.id, "ids"), incident.c.confirmed_at.is_not(None))


def confirm(connection: Connection, ids: Collection[str], at: datetime | None) -> None:
    """Note that customers said that it works; without a time, that it does not after all."""
    if ids:
        connection.execute(_CONFIRM, {"ids": ids, "at": at})


def confirmed(connection: Connection, ids: Collection[str]) -> set[str]:
    """Those of the incidents whose customer said that it works."""
    return set(connection.scalars(_CONFIRMED, {"ids": ids}))


_PROMISES = sa.select(promise.c.snapshot).where(
    among(promise.c.incident_id, "about"), among(promise.c.state, "states")
)


def promises_of(
    connection: Connection, incident_ids: Collection[str], states: Collection[PromiseState]
) -> list[Promise]:
    given = {"about": incident_ids, "states": [state.value for state in states]}
    return list(connection.scalars(_PROMISES, given))


_PROMISES_BY_ID = sa.select(promise.c.id, promise.c.snapshot).where(among(promise.c.id, "ids"))


def promises_by_id(connection: Connection, ids: Collection[str]) -> dict[str, Promise]:
    return {row.id: row.snapshot for row in connection.execute(_PROMISES_BY_ID, {"ids": ids})}


def note_thread(connection: Connection, mails: Iterable[tuple[str, str, datetime]]) -> None:
    """Keep the ids of mail that came in or left, as (message id, incident, time), so that ours stands in a thread."""
    rows = [
        {"message_id": one, "incident_id": of, "at": at} for one, of, at in mails if len(one) <= LONGEST_ID
    ]
    insert_new(connection, thread, rows)


_THREADS = (
    sa.select(thread.c.incident_id, thread.c.message_id)
    .where(among(thread.c.incident_id, "about"))
    .order_by(thread.c.at, thread.c.number)
)


def threads_of(connection: Connection, incident_ids: Collection[str]) -> Mapping[str, list[str]]:
    """The ids of mail that came in or left, oldest first, by incident."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(_THREADS, {"about": incident_ids}):
        found[row.incident_id].append(row.message_id)
    return found
