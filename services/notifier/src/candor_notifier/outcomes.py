"""What came of attempts, written down: many in one transaction, each once."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from candor_common import telemetry
from candor_common.database import Transaction
from candor_common.events import Fact, Message, MessageDelayed, MessageRefused, MessageSent, MessageState
from candor_notifier import store
from candor_notifier.channels import Channel, Left, Outcome, Passing, Permanent, Sent
from candor_notifier.domain import message as life
from candor_notifier.store import Due

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tried:
    """A message after an attempt."""

    due: Due
    subject: str
    raw: bytes
    outcome: Outcome


def record(channel: Channel, transaction: Transaction, batch: Sequence[Tried]) -> list[Message | None]:
    """The messages as they stand now; nothing for one that a replica has recorded as done before."""
    connection, now = transaction.connection, transaction.now
    mine = store.unfinished(connection, [tried.due.message.id for tried in batch])
    pairs = [(tried, _after(tried, now)) for tried in batch if tried.due.message.id in mine]
    left = [(tried, after) for tried, after in pairs if after.state is MessageState.SENT]
    store.save_outcomes(connection, [after for _, after in pairs])
    store.note_thread(connection, ((after.message_id, after.incident_id, now) for _, after in left))
    mails = [Left(after.id, after.recipient, tried.subject, tried.raw) for tried, after in left]
    channel.keep(connection, mails, now)
    for tried, after in pairs:
        if fact := _fact(tried.due.message, after):
            transaction.emit(fact, traceparent=tried.due.traceparent)
    by_id = {after.id: after for _, after in pairs}
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


def _after(tried: Tried, now: datetime) -> Message:
    match tried.outcome:
        case Sent():
            return life.sent(tried.due.message, now)
        case Passing(reason):
            return life.delayed(tried.due.message, reason, now, random.random())
        case Permanent(reason):
            return life.refused(tried.due.message, reason)


def _fact(before: Message, after: Message) -> Fact | None:
    match after.state:
        case MessageState.SENT:
            return MessageSent(message=after)
        case MessageState.REFUSED:
            return MessageRefused(message=after)
        case MessageState.DELAYED if before.state is MessageState.PLANNED:
            return MessageDelayed(message=after)
        case _:
            return None
