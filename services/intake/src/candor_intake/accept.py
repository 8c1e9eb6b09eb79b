"""Accepting: what came in is stored with its bytes, gets its reference, and is told to the others, in one transaction."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Self, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError
from uuid_utils import uuid7

from candor_common import telemetry
from candor_common.columns import take_numbers
from candor_common.database import Database, Transaction
from candor_common.errors import Unavailable, Unprocessable
from candor_common.events import Channel
from candor_common.group_commit import GroupCommit
from candor_intake import store
from candor_intake.domain.conversations import Conversations
from candor_intake.domain.facts import Arrival, Received, reply_received, request_received, signal_received
from candor_intake.domain.fingerprint import bounded
from candor_intake.domain.inbound import Ignored, Inbound, Request, Signal
from candor_intake.domain.words import one_line

SERIES = "reference"
MOST_WAITING = 5_000
"""Posts that may wait for the disk; beyond that a sender is told to come back later."""
PARSERS = 4
"""How many bodies are taken apart at a time beside the event loop."""
SMALL_BODY = 64 * 1024
"""JSON up to this size, in bytes, is read on the event loop, which is faster than handing it over."""
USED_BEFORE = "This Idempotency-Key was used before with another body; use a new key."
LONGEST_KEY = 300
LONGEST_CONTENT_TYPE = 100


ParsedT = TypeVar("ParsedT")


def new_request_id() -> str:
    return str(uuid7())


@dataclass(frozen=True, slots=True)
class Posted:
    """Something that a source has understood, with the bytes that it was made of."""

    source: str
    """Whose ids the `dedup_key` is one of."""
    channel: Channel
    inbound: Inbound
    dedup_key: str
    """The sender's id of it; a repeat with the same one changes nothing. Empty when the sender has none."""
    content_type: str
    raw: bytes
    """The very same object in all posts that came in one body, which is then stored once."""
    fingerprint: str | None = None
    """What a repeat must equal; None when repeats may differ, as mail does by the way it came."""
    traceparent: str | None = None
    request_id: str = field(default_factory=new_request_id)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the sender is told: the same again for a repeat."""

    request_id: str
    reference: str | None
    """Nothing when the message was ignored."""
    repeated: bool = False
    conflicting: bool = False
    """True when the id was used before for something else; then nothing was stored."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where all doors hand over what was posted, so that posts which arrive together share a transaction."""

    group: GroupCommit[Posted, Accepted]
    parsers: asyncio.Semaphore

    @classmethod
    def over(cls, database: Database, group_limit: int) -> Self:
        return cls(GroupCommit(database, accept, limit=group_limit), asyncio.Semaphore(PARSERS))

    def check_room(self) -> None:
        """Raises Unavailable while too much waits."""
        if len(self.group) >= MOST_WAITING:
            raise Unavailable("Too many requests wait to be stored; send it again in a few seconds.")

    async def read(self, body: bytes, parse: Callable[[bytes], ParsedT], *, small: int = 0) -> ParsedT:
        """What a body says. One that is not small is read in a thread, and only a few at a time."""
        if len(body) <= small:
            return parse(body)
        async with self.parsers:
            return await asyncio.to_thread(parse, body)

    async def take(self, posted: Posted) -> Accepted:
        """The answer to a post, once it is on the disk. Raises Unprocessable when its id was used for something else."""
        try:
            accepted = await self.group.add(posted)
        except IntegrityError:
            # Another replica stored the same a moment ago; now it is there to be seen.
            accepted = await self.group.add(posted)
        if accepted.repeated:
            telemetry.requests_repeated.labels(posted.channel.value).inc()
        elif accepted.reference is not None:
            telemetry.requests_accepted.labels(posted.channel.value).inc()
        if accepted.conflicting:
            raise Unprocessable(USED_BEFORE)
        return accepted


class _Placed(NamedTuple):
    """A new message, its reference (none when it is ignored) and the incident that it continues, if any."""

    posted: Posted
    reference: str | None
    joined: str | None = None


Key = tuple[str, str]
"""The source, and the sender's id there."""


def accept(transaction: Transaction, posted: Sequence[Posted]) -> Sequence[Accepted]:
    """Store what is new of the posts and emit an event for each; answers in the order given."""
    keys = [_key(one) for one in posted]
    known = _known(transaction.connection, posted)
    fresh: dict[Key, Posted] = {}
    for key, one in zip(keys, posted, strict=True):
        if key not in known:
            fresh.setdefault(key, one)
    placed = _store(transaction, list(fresh.values()))
    for key, (one, reference, _) in zip(fresh, placed, strict=True):
        known[key] = store.Known(one.request_id, reference, one.fingerprint)
    return [_answer(one, known[key], fresh.get(key)) for key, one in zip(keys, posted, strict=True)]


def conflicting(connection: Connection, posted: Sequence[Posted]) -> bool:
    """Whether the id of one of the posts is that of something else which is stored."""
    known = _known(connection, posted)
    return any(_differs(one, known[key]) for one in posted if (key := _key(one)) in known)


def _key(posted: Posted) -> Key:
    # What has no id of its sender's equals nothing else; no source is called "".
    return (posted.source, _dedup_key(posted)) if posted.dedup_key else ("", posted.request_id)


def _dedup_key(posted: Posted) -> str:
    return bounded(posted.dedup_key, LONGEST_KEY)


def _known(connection: Connection, posted: Sequence[Posted]) -> dict[Key, store.Known]:
    return store.known_messages(connection, {_key(one) for one in posted if one.dedup_key})


def _differs(posted: Posted, known: store.Known) -> bool:
    return posted.fingerprint is not None and posted.fingerprint != known.fingerprint


def _answer(posted: Posted, known: store.Known, first: Posted | None) -> Accepted:
    repeated = first is not posted
    return Accepted(known.request_id, known.reference, repeated, repeated and _differs(posted, known))


def _store(transaction: Transaction, fresh: Sequence[Posted]) -> list[_Placed]:
    """Write and announce messages that are new."""
    requests = [one.inbound for one in fresh if isinstance(one.inbound, Request)]
    conversations = store.conversations(transaction.connection, requests)
    numbers = _numbers(transaction.connection, fresh)
    placed = [_place(one, numbers, conversations) for one in fresh]
    for one in placed:
        if fact := _fact(one, transaction.now):
            transaction.emit(fact, traceparent=one.posted.traceparent)
    store.add_messages(transaction.connection, _rows(placed, transaction.now))
    store.add_threads(transaction.connection, conversations.new_messages)
    store.add_participants(transaction.connection, conversations.new_members)
    return placed


def _numbers(connection: Connection, fresh: Sequence[Posted]) -> Iterator[int]:
    count = sum(not isinstance(one.inbound, Ignored) for one in fresh)
    return iter(take_numbers(connection, SERIES, count) if count else ())


def _place(posted: Posted, numbers: Iterator[int], conversations: Conversations) -> _Placed:
    """Give a message its reference, and find the incident that it continues."""
    if isinstance(posted.inbound, Ignored):
        return _Placed(posted, None)
    reference = f"INC-{next(numbers):06d}"
    if isinstance(posted.inbound, Signal):
        return _Placed(posted, reference)
    joined = conversations.joined(posted.inbound)
    conversations.note(posted.inbound, reference, joined)
    return _Placed(posted, reference, joined)


def _fact(placed: _Placed, now: datetime) -> Received | None:
    (posted, reference, joined) = placed
    if reference is None:
        return None
    arrival = Arrival(posted.request_id, reference, posted.channel, now)
    match posted.inbound:
        case Signal() as signal:
            return signal_received(arrival, signal)
        case Request() as request:
            return reply_received(arrival, request, joined) if joined else request_received(arrival, request)
        case Ignored():
            return None


def _rows(placed: Sequence[_Placed], now: datetime) -> list[dict[str, Any]]:
    """What is kept of each message. Of those that came in one body the first holds the bytes for all."""
    holders: dict[int, str] = {}
    return [_row(one, holders.setdefault(id(one.posted.raw), one.posted.request_id), now) for one in placed]


def _row(placed: _Placed, holder: str, now: datetime) -> dict[str, Any]:
    posted, inbound, own = placed.posted, placed.posted.inbound, holder == placed.posted.request_id
    return {
        "request_id": posted.request_id,
        "source": posted.source,
        "dedup_key": _dedup_key(posted) or None,
        "fingerprint": posted.fingerprint,
        "reference": placed.reference,
        "channel": posted.channel.value,
        "ignored_because": inbound.reason if isinstance(inbound, Ignored) else None,
        "received_at": now,
        "content_type": one_line(posted.content_type)[:LONGEST_CONTENT_TYPE],
        "raw": posted.raw if own else None,
        "raw_in": None if own else holder,
    }
