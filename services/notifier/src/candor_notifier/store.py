"""The messages: which are due, who sends them, and what became of them."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection, RowMapping

from candor_common.columns import among, insert_new
from candor_common.events import Incident, Message, MessageKind, MessageState, Promise, PromiseState
from candor_notifier import caps, snapshots
from candor_notifier.domain.message import PATIENCE, WAITING_FOR_PROMISES, Planned, Words
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
    as_known: Promise | None = None
    """Of a message about a promise, the promise as it stands now."""
    going_on: Incident | None = None
    """The incident that goes on for this one, when it was merged."""
    retimed: tuple[Promise, ...] = ()
    """Of a message about another priority, the promises that it may have moved, as they stand now."""


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
            "acknowledged": caps.acknowledged(one),
            "unknown_at": caps.unknown_at(one),
            "snapshot": one.message,
        }
        for place, (one, traceparent) in enumerate(planned)
    ]
    insert_new(connection, message, rows)


_HASTEN = (
    sa.update(message)
    .where(
        among(message.c.incident_id, "about"),
        message.c.kind.in_(sorted(WAITING_FOR_PROMISES)),
        message.c.state == MessageState.PLANNED.value,
        message.c.send_at > sa.bindparam("now"),
        message.c.send_at <= sa.bindparam("patience"),
    )
    .values(send_at=sa.bindparam("now"))
)


def hasten(connection: Connection, incident_ids: Collection[str], now: datetime) -> None:
    """Messages that wait for promises need wait no longer. One that is being sent is left alone: it is due again only
    when its lease is over, which is further away."""
    connection.execute(_HASTEN, {"about": incident_ids, "now": now, "patience": now + PATIENCE})


def try_again(connection: Connection, now: datetime, beyond: timedelta) -> int:
    """Messages that wait longer than a span for their next attempt are due now; returns how many."""
    waits = sa.and_(message.c.state == MessageState.DELAYED.value, message.c.send_at > now + beyond)
    return connection.execute(sa.update(message).where(waits).values(send_at=now)).rowcount


def take_back(connection: Connection, now: datetime) -> None:
    """Messages that are claimed, or are tried again a little later, are due now."""
    waiting = message.c.state.in_([MessageState.PLANNED.value, MessageState.DELAYED.value])
    later = sa.and_(waiting, message.c.send_at > now + PATIENCE)
    connection.execute(sa.update(message).where(later).values(send_at=now))


_NUDGE = MessageKind.NUDGE.value


def _waits_for_another() -> sa.Exists:
    before = message.alias("before")
    earlier = sa.or_(
        before.c.planned_at < message.c.planned_at,
        sa.and_(before.c.planned_at == message.c.planned_at, before.c.place < message.c.place),
    )
    in_line = sa.and_(message.c.kind != _NUDGE, before.c.kind != _NUDGE)
    return sa.exists().where(
        before.c.incident_id == message.c.incident_id, before.c.send_at.is_not(None), in_line, earlier
    )


_CLAIM = (
    sa.select(message)
    .where(message.c.send_at <= sa.bindparam("now"), ~_waits_for_another())
    .order_by(message.c.send_at)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True)
)
_LEASE = sa.update(message).where(among(message.c.id, "ids")).values(send_at=sa.bindparam("until"))


def claim(connection: Connection, now: datetime, lease: timedelta, limit: int) -> list[Due]:
    """Messages that are due, ours alone until the lease is over; what another replica holds is left to it.

    About one incident the customer reads things in order: a message waits until those before it left or were refused.
    A nudge, which is not for the customer, waits for none and holds up none.
    """
    rows = connection.execute(_CLAIM, {"now": now, "most": limit}).mappings().all()
    if not rows:
        return []
    connection.execute(_LEASE, {"ids": [row["id"] for row in rows], "until": now + lease})
    return _with_context(connection, rows, now)


_MORE_DUE = sa.select(message.c.incident_id).where(
    among(message.c.incident_id, "about"), message.c.send_at <= sa.bindparam("now")
)


def with_more_due(connection: Connection, incident_ids: Collection[str], now: datetime) -> set[str]:
    """Those of the incidents about which another message is due."""
    return set(connection.scalars(_MORE_DUE, {"about": incident_ids, "now": now}))


def renew(connection: Connection, identifier: str, leased_until: datetime, until: datetime) -> bool:
    """Lengthen the lease on a message; false when it was over and somebody else has claimed it."""
    mine = sa.and_(message.c.id == identifier, message.c.send_at == leased_until)
    return connection.execute(sa.update(message).where(mine).values(send_at=until)).rowcount == 1


def _with_context(connection: Connection, rows: Sequence[RowMapping], now: datetime) -> list[Due]:
    about = {row["incident_id"] for row in rows}
    incidents = snapshots.incidents_by_id(connection, about)
    going_on = snapshots.going_on(connection, incidents.values())
    promises: dict[str, list[Promise]] = defaultdict(list)
    for one in snapshots.promises_of(connection, about, {PromiseState.OPEN}):
        promises[one.incident_id].append(one)
    threads = snapshots.threads_of(connection, about)
    words = [_words.validate_json(row["words"]) for row in rows]
    told_of = [one.id for its_words in words for one in _named(its_words)]
    as_known = snapshots.promises_by_id(connection, told_of) if told_of else {}
    return [
        Due(
            row["snapshot"],
            its_words,
            row["traceparent"],
            incidents.get(row["incident_id"]),
            tuple(promises[row["incident_id"]]),
            tuple(one for one in threads[row["incident_id"]] if one != row["snapshot"].message_id),
            now,
            as_known.get(its_words.about.id) if its_words.about else None,
            going_on.get(row["incident_id"]),
            tuple(as_known[one.id] for one in its_words.before or () if one.id in as_known),
        )
        for row, its_words in zip(rows, words, strict=True)
    ]


def _named(words: Words) -> Iterator[Promise]:
    """The promises that a message is about, as they stood when it was planned."""
    yield from filter(None, (words.about,))
    yield from words.before or ()


_NEXT_DUE = sa.select(sa.func.min(message.c.send_at)).where(message.c.send_at > sa.bindparam("now"))


def next_due(connection: Connection, now: datetime) -> datetime | None:
    """When after now the next message is to be sent or tried again."""
    moment: datetime | None = connection.scalar(_NEXT_DUE, {"now": now})
    return moment


_UNFINISHED = (
    sa.select(message.c.id)
    .where(among(message.c.id, "ids"), message.c.send_at.is_not(None))
    .order_by(message.c.id)
    .with_for_update()
)


def unfinished(connection: Connection, ids: Collection[str]) -> set[str]:
    """Those of the messages that are neither sent nor refused, locked. Another replica may have sent one whose
    lease was over."""
    return set(connection.scalars(_UNFINISHED, {"ids": ids}))


_OUTCOME = (
    sa.update(message)
    .where(message.c.id == sa.bindparam("of"))
    .values(state=sa.bindparam("now"), send_at=sa.bindparam("again"), snapshot=sa.bindparam("after"))
)


def save_outcomes(connection: Connection, messages: Sequence[Message]) -> None:
    """Write what became of messages: sent and refused ones are done, delayed ones are due again."""
    rows = [{"of": one.id, "now": one.state.value, "again": one.retry_at, "after": one} for one in messages]
    if rows:
        connection.execute(_OUTCOME, rows)


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
