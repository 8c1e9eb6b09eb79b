"""What notifier keeps: messages, and of incidents and promises what a message needs when it is rendered."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection, RowMapping

from candor_common.columns import insert_for, insert_new
from candor_common.events import Incident, Message, MessageState, Promise, PromiseState
from candor_notifier.domain.message import PATIENCE, Planned, Words
from candor_notifier.tables import incident, message, metadata, promise, thread

__all__ = ["metadata"]


LONGEST_ID = 300
"""Longer ids of mail are not kept; half an id would name another mail."""
_words: TypeAdapter[Words] = TypeAdapter(Words)


@dataclass(frozen=True, slots=True)
class Due:
    """A message that is to be sent now, with what the record holds about its incident."""

    message: Message
    words: Words
    traceparent: str
    incident: Incident | None
    promises: tuple[Promise, ...]
    """The open ones."""
    thread: tuple[str, ...]
    """Ids of earlier mail in the conversation, oldest first."""
    at: datetime
    """When it was claimed: what lies before is past."""


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


def plan(connection: Connection, planned: Sequence[tuple[Planned, str]]) -> None:
    """Note messages to be sent, each with its trace, in order; one that is known already stays as it is."""
    rows = [
        {
            "id": one.message.id,
            "incident_id": one.message.incident_id,
            "state": one.message.state.value,
            "send_at": one.send_at,
            "planned_at": one.message.planned_at,
            "place": place,
            "kind": one.message.kind.value,
            "traceparent": traceparent,
            "words": _words.dump_json(one.words, exclude_none=True).decode(),
            "snapshot": one.message,
        }
        for place, (one, traceparent) in enumerate(planned)
    ]
    insert_new(connection, message, rows)


def hasten(connection: Connection, kind: str, incident_ids: Collection[str], now: datetime) -> None:
    """Messages of a kind that wait for something need wait no longer. One that is being sent is left alone:
    it is due again only when its lease is over, which is further away."""
    connection.execute(
        sa.update(message)
        .where(
            message.c.incident_id.in_(incident_ids),
            message.c.kind == kind,
            message.c.state == MessageState.PLANNED.value,
            message.c.send_at > now,
            message.c.send_at <= now + PATIENCE,
        )
        .values(send_at=now)
    )


def try_again(connection: Connection, now: datetime, beyond: timedelta) -> int:
    """Messages that wait longer than a span for their next attempt are due now; returns how many."""
    waits = sa.and_(message.c.state == MessageState.DELAYED.value, message.c.send_at > now + beyond)
    return connection.execute(sa.update(message).where(waits).values(send_at=now)).rowcount


def take_back(connection: Connection, now: datetime) -> None:
    """Messages that are claimed, or are tried again a little later, are due now."""
    waiting = message.c.state.in_([MessageState.PLANNED.value, MessageState.DELAYED.value])
    later = sa.and_(waiting, message.c.send_at > now + PATIENCE)
    connection.execute(sa.update(message).where(later).values(send_at=now))


def note_thread(connection: Connection, mails: Iterable[tuple[str, str, datetime]]) -> None:
    """Keep the ids of mail that came in or left, as (message id, incident, time), so that ours stands in a thread."""
    rows = [
        {"message_id": one, "incident_id": of, "at": at} for one, of, at in mails if len(one) <= LONGEST_ID
    ]
    insert_new(connection, thread, rows)


def claim(connection: Connection, now: datetime, lease: timedelta, limit: int) -> list[Due]:
    """Messages that are due, ours alone until the lease is over; what another replica holds is left to it.

    About one incident the customer reads things in order: a message waits until those before it left or were refused.
    """
    query = (
        sa.select(message)
        .where(message.c.send_at <= now, ~_waits_for_another())
        .order_by(message.c.send_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = connection.execute(query).mappings().all()
    if not rows:
        return []
    ids = [row["id"] for row in rows]
    connection.execute(sa.update(message).where(message.c.id.in_(ids)).values(send_at=now + lease))
    return _with_context(connection, rows, now)


def _waits_for_another() -> sa.Exists:
    before = message.alias("before")
    earlier = sa.or_(
        before.c.planned_at < message.c.planned_at,
        sa.and_(before.c.planned_at == message.c.planned_at, before.c.place < message.c.place),
    )
    return sa.exists().where(
        before.c.incident_id == message.c.incident_id, before.c.send_at.is_not(None), earlier
    )


def with_more_due(connection: Connection, incident_ids: Collection[str], now: datetime) -> set[str]:
    """Those of the incidents about which another message is due."""
    query = sa.select(message.c.incident_id).where(
        message.c.incident_id.in_(incident_ids), message.c.send_at <= now
    )
    return set(connection.scalars(query))


def renew(connection: Connection, identifier: str, leased_until: datetime, until: datetime) -> bool:
    """Lengthen the lease on a message; false when it was over and somebody else has claimed it."""
    mine = sa.and_(message.c.id == identifier, message.c.send_at == leased_until)
    return connection.execute(sa.update(message).where(mine).values(send_at=until)).rowcount == 1


def _with_context(connection: Connection, rows: Sequence[RowMapping], now: datetime) -> list[Due]:
    about = {row["incident_id"] for row in rows}
    incidents = incidents_by_id(connection, about)
    promises: dict[str, list[Promise]] = defaultdict(list)
    for one in promises_of(connection, about, {PromiseState.OPEN}):
        promises[one.incident_id].append(one)
    threads = _threads(connection, about)
    return [
        Due(
            row["snapshot"],
            _words.validate_json(row["words"]),
            row["traceparent"],
            incidents.get(row["incident_id"]),
            tuple(promises[row["incident_id"]]),
            tuple(one for one in threads[row["incident_id"]] if one != row["snapshot"].message_id),
            now,
        )
        for row in rows
    ]


def _threads(connection: Connection, incident_ids: Collection[str]) -> Mapping[str, list[str]]:
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


def next_due(connection: Connection, now: datetime) -> datetime | None:
    """When after now the next message is to be sent or tried again."""
    query = sa.select(sa.func.min(message.c.send_at)).where(message.c.send_at > now)
    moment: datetime | None = connection.scalar(query)
    return moment


def unfinished(connection: Connection, ids: Collection[str]) -> set[str]:
    """Those of the messages that are neither sent nor refused, locked. Another replica may have sent one whose
    lease was over."""
    query = (
        sa.select(message.c.id)
        .where(message.c.id.in_(ids), message.c.send_at.is_not(None))
        .order_by(message.c.id)
        .with_for_update()
    )
    return set(connection.scalars(query))


def save_outcomes(connection: Connection, messages: Sequence[Message]) -> None:
    """Write what became of messages: sent and refused ones are done, delayed ones are due again."""
    statement = (
        sa.update(message)
        .where(message.c.id == sa.bindparam("of"))
        .values(state=sa.bindparam("now"), send_at=sa.bindparam("again"), snapshot=sa.bindparam("after"))
    )
    rows = [{"of": one.id, "now": one.state.value, "again": one.retry_at, "after": one} for one in messages]
    if rows:
        connection.execute(statement, rows)


def messages(connection: Connection, incident_id: str | None, state: str | None, limit: int) -> list[Message]:
    """Messages, newest first."""
    query = sa.select(message.c.snapshot).order_by(message.c.planned_at.desc(), message.c.id).limit(limit)
    if incident_id is not None:
        query = query.where(message.c.incident_id == incident_id)
    if state is not None:
        query = query.where(message.c.state == state)
    return list(connection.scalars(query))


def message_by_id(connection: Connection, identifier: str) -> Message | None:
    found: Message | None = connection.scalar(sa.select(message.c.snapshot).where(message.c.id == identifier))
    return found
