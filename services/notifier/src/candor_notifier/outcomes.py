"""What came of attempts, written down: many in one transaction, each once."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from candor_common import telemetry
from candor_common.database import Transaction
from candor_common.events import Channel as Way
from candor_common.events import (
    Fact,
    Message,
    MessageDelayed,
    MessageKind,
    MessageRefused,
    MessageSent,
    MessageState,
    MessageWithdrawn,
)
from candor_common.failures import is_unavailable
from candor_common.group_commit import GroupCommit
from candor_common.service import Runtime
from candor_notifier import snapshots, store, undelivered
from candor_notifier.channels import Channel, Left, Outcome, Passing, Permanent, Sent
from candor_notifier.domain import message as life
from candor_notifier.store import Due

log = structlog.get_logger()

REST = 0.1
"""Seconds between two transactions. Sends end one by one, and a transaction for each would cost more than the send."""


@dataclass(frozen=True, slots=True)
class Needless:
    """It was not sent, because what it would have said is not true."""

    reason: str


@dataclass(frozen=True, slots=True)
class Tried:
    """A message after an attempt, or after the decision to make none."""

    due: Due
    subject: str
    raw: bytes
    outcome: Outcome | Needless


@dataclass(frozen=True, slots=True)
class Recorded:
    """A message after its outcome was written down."""

    message: Message
    more: bool
    """True when the next message about the same incident is due."""


class Records:
    """Writes outcomes down in groups: a lone one at once, many together."""

    def __init__(self, runtime: Runtime, channel: Channel) -> None:
        self._group = GroupCommit(runtime.database, partial(record, channel, runtime))
        self._gate: asyncio.Future[None] | None = None
        self._rests_until = 0.0

    async def add(self, tried: Tried) -> Recorded | None:
        """The message after it was recorded; None when a replica had recorded it as done. A database that is away is
        waited for, since the mail has left."""
        while True:
            await self._gathered()
            writing = asyncio.ensure_future(self._group.add(tried))
            await asyncio.wait([writing])
            error = writing.exception()
            if error is None:
                return writing.result()
            if not is_unavailable(error):
                raise error
            await asyncio.sleep(1)

    async def _gathered(self) -> None:
        """All that come here while the last group rests go on together."""
        loop = asyncio.get_running_loop()
        if self._gate is None:
            if loop.time() >= self._rests_until:
                self._rests_until = loop.time() + REST
                return
            self._gate = loop.create_future()
            loop.call_at(self._rests_until, self._open)
        await asyncio.shield(self._gate)

    def _open(self) -> None:
        self._rests_until = asyncio.get_running_loop().time() + REST
        gate, self._gate = self._gate, None
        if gate is not None:
            gate.set_result(None)


def record(
    channel: Channel, runtime: Runtime, transaction: Transaction, batch: Sequence[Tried]
) -> list[Recorded | None]:
    """The messages as they stand now; nothing for one that a replica has recorded as done before."""
    connection, now = transaction.connection, transaction.now
    mine = store.unfinished(connection, [tried.due.message.id for tried in batch])
    pairs = [(tried, _after(tried, now)) for tried in batch if tried.due.message.id in mine]
    left = [(tried, after) for tried, after in pairs if after.state is MessageState.SENT]
    store.save_outcomes(connection, [after for _, after in pairs])
    threaded = ((_name(tried, after), after.incident_id, now) for tried, after in left)
    snapshots.note_thread(connection, (one for one in threaded if one[0]))
    mails = [
        Left(after.id, after.recipient, tried.subject, tried.raw)
        for tried, after in left
        if after.channel is Way.MAIL
    ]
    channel.keep(connection, mails, now)
    for tried, after in pairs:
        if fact := _fact(tried.due.message, after):
            transaction.emit(fact, traceparent=tried.due.traceparent)
    refused = [
        (after, tried.due.traceparent) for tried, after in pairs if after.state is MessageState.REFUSED
    ]
    undelivered.tell_team(transaction, refused, runtime.context)
    more = store.with_more_due(connection, {after.incident_id for _, after in pairs}, now)
    by_id = {after.id: Recorded(after, after.incident_id in more) for _, after in pairs}
    return [by_id.get(tried.due.message.id) for tried in batch]


def tell(after: Message) -> None:
    """Tell the operator. Whom a message was for is in the record, not in the log."""
    words = {"message": after.id, "incident_id": after.incident_id, "reason": after.reason}
    match after.state:
        case MessageState.SENT:
            telemetry.messages_sent.labels(after.channel.value).inc()
        case MessageState.DELAYED:
            telemetry.messages_delayed.labels(after.channel.value).inc()
            if after.attempts == 1:
                log.warning("message_delayed", **words)
        case MessageState.REFUSED:
            telemetry.messages_refused.labels(after.channel.value).inc()
            log.warning("message_refused", **words)
        case MessageState.WITHDRAWN:
            log.info("message_withdrawn", **words)


def _name(tried: Tried, after: Message) -> str:
    """What later messages refer to: the mail's id, or what the other side calls it. What went to the team stands in no
    thread with a customer."""
    if after.kind is MessageKind.NUDGE:
        return ""
    if after.channel is Way.MAIL:
        return after.message_id
    return tried.outcome.receipt if isinstance(tried.outcome, Sent) else ""


def _after(tried: Tried, now: datetime) -> Message:
    match tried.outcome:
        case Sent():
            return life.sent(tried.due.message, now)
        case Passing(reason, after=after):
            return life.delayed(tried.due.message, reason, now, random.random(), after)
        case Permanent(reason):
            return life.refused(tried.due.message, reason)
        case Needless(reason):
            return life.withdrawn(tried.due.message, reason)


def _fact(before: Message, after: Message) -> Fact | None:
    match after.state:
        case MessageState.SENT:
            return MessageSent(message=after)
        case MessageState.REFUSED:
            return MessageRefused(message=after)
        case MessageState.WITHDRAWN:
            return MessageWithdrawn(message=after)
        case MessageState.DELAYED if before.state is MessageState.PLANNED:
            return MessageDelayed(message=after)
        case _:
            return None
