"""The messages: which are due, who sends them, and what became of them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection, RowMapping

from candor_common.columns import insert_new
from candor_common.events import Incident, Message, MessageState, Promise, PromiseState
from candor_notifier import snapshots
from candor_notifier.domain.message import PATIENCE, Planned, Words
from candor_notifier.tables import message, metadata

__all__ = ["metadata"]


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
    incidents = snapshots.incidents_by_id(connection, about)
    promises: dict[str, list[Promise]] = defaultdict(list)
    for one in snapshots.promises_of(connection, about, {PromiseState.OPEN}):
        promises[one.incident_id].append(one)
    threads = snapshots.threads_of(connection, about)
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
