"""Accepting: what came in is stored with its bytes, gets its reference, and is told to the others, in one transaction."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Self, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from candor_common import telemetry
from candor_common.columns import take_numbers
from candor_common.database import Database, Transaction
from candor_common.errors import Unavailable, Unprocessable
from candor_common.group_commit import GroupCommit
from candor_intake import attachment_store, signal_store, store
from candor_intake.directory import Directory
from candor_intake.domain.conversations import Conversations, member_key
from candor_intake.domain.customer import KnownSender, senders_of
from candor_intake.domain.inbound import Ignored, Request, Signal, by_each_name
from candor_intake.placed import Accepted, Placed, Posted, dedup_key_of, fact_of, files_of, rows_of

SERIES = "reference"
MOST_WAITING = 5_000
"""Posts that may wait for the disk; beyond that a sender is told to come back later."""
PARSERS = 4
"""How many bodies are taken apart at a time beside the event loop."""
SMALL_BODY = 64 * 1024
"""JSON up to this size, in bytes, is read on the event loop, which is faster than handing it over."""
USED_BEFORE = "This Idempotency-Key was used before with another body; use a new key."


ParsedT = TypeVar("ParsedT")


@dataclass(frozen=True, slots=True)
class Desk:
    """Where all doors hand over what was posted, so that posts which arrive together share a transaction."""

    group: GroupCommit[Posted, Accepted]
    parsers: asyncio.Semaphore
    directory: Directory

    @classmethod
    def over(cls, database: Database, group_limit: int) -> Self:
        directory = Directory()
        group = GroupCommit(database, partial(accept, directory), limit=group_limit)
        return cls(group, asyncio.Semaphore(PARSERS), directory)

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


Key = tuple[str, str]
"""The source, and the sender's id there."""


def accept(directory: Directory, transaction: Transaction, posted: Sequence[Posted]) -> Sequence[Accepted]:
    """Store what is new of the posts and emit an event for each; answers in the order given."""
    keys = [_key(one) for one in posted]
    known = _known(transaction.connection, posted)
    fresh: dict[Key, Posted] = {}
    for key, one in zip(keys, posted, strict=True):
        if key not in known:
            fresh.setdefault(key, one)
    placed = _store(directory, transaction, list(fresh.values()))
    for key, new in zip(fresh, placed, strict=True):
        known[key] = store.Known(new.posted.request_id, new.reference, new.posted.fingerprint)
    return [_answer(one, known[key], fresh.get(key)) for key, one in zip(keys, posted, strict=True)]


def conflicting(connection: Connection, posted: Sequence[Posted]) -> bool:
    """Whether the id of one of the posts is that of something else which is stored."""
    known = _known(connection, posted)
    return any(_differs(one, known[key]) for one in posted if (key := _key(one)) in known)


def _key(posted: Posted) -> Key:
    # What has no id of its sender's equals nothing else; no source is called "".
    return (posted.source, dedup_key_of(posted)) if posted.dedup_key else ("", posted.request_id)


def _known(connection: Connection, posted: Sequence[Posted]) -> dict[Key, store.Known]:
    return store.known_messages(connection, {_key(one) for one in posted if one.dedup_key})


def _differs(posted: Posted, known: store.Known) -> bool:
    return posted.fingerprint is not None and posted.fingerprint != known.fingerprint


def _answer(posted: Posted, known: store.Known, first: Posted | None) -> Accepted:
    repeated = first is not posted
    return Accepted(known.request_id, known.reference, repeated, repeated and _differs(posted, known))


def _store(directory: Directory, transaction: Transaction, fresh: Sequence[Posted]) -> list[Placed]:
    """Write and announce messages that are new."""
    requests = [one.inbound for one in fresh if isinstance(one.inbound, Request)]
    # Numbers are given out one transaction at a time, so that what comes now is there when the next one looks: two
    # reports of one call that come to two replicas at once are one conversation.
    numbers = _numbers(transaction.connection, fresh)
    conversations = store.conversations(transaction.connection, requests)
    people = senders_of(requests) | conversations.mailboxes
    known = directory.known(transaction.connection, people, transaction.now)
    conversations.know({key: one.customer_id for key, one in known.items()})
    placed = [_place(one, numbers, conversations, known) for one in fresh]
    for one in placed:
        if fact := fact_of(one, transaction.now):
            transaction.emit(fact, traceparent=one.posted.traceparent)
    store.add_messages(transaction.connection, rows_of(placed, transaction.now))
    attachment_store.add(transaction.connection, files_of(fresh))
    signal_store.note(transaction.connection, placed)
    store.add_threads(transaction.connection, conversations.new_messages)
    store.add_participants(transaction.connection, conversations.new_members)
    return placed


def _numbers(connection: Connection, fresh: Sequence[Posted]) -> Iterator[int]:
    count = sum(not isinstance(one.inbound, Ignored) for one in fresh)
    return iter(take_numbers(connection, SERIES, count) if count else ())


def _place(
    posted: Posted, numbers: Iterator[int], conversations: Conversations, known: Mapping[str, KnownSender]
) -> Placed:
    """Give a message its reference, and find the incident that it continues and who sent it."""
    if isinstance(posted.inbound, Ignored):
        return Placed(posted, None)
    reference = f"INC-{next(numbers):06d}"
    if isinstance(posted.inbound, Signal):
        return Placed(posted, reference)
    joined = posted.continues or conversations.joined(posted.inbound, vouched=posted.vouched)
    touched = None if joined else conversations.touched(posted.inbound)
    for named in by_each_name(posted.inbound):
        conversations.note(named, reference, joined)
    sender = known.get(member_key(posted.inbound.sender.address)) if known else None
    return Placed(posted, reference, joined, sender, touched)
