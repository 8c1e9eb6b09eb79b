"""A message on its way: what is kept for it, and what becomes of it. It exists once per (event, recipient)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from candor_common.events import (
    HUMAN_WORDS,
    Channel,
    Estimate,
    Message,
    MessageKind,
    MessageState,
    Promise,
    Resolution,
    Update,
)

PATIENCE = timedelta(seconds=5)
"""How long a message waits for the promises that it should name."""
GIVE_UP = timedelta(days=3)
"""How long a message is tried, as mail servers do."""
LONGEST_PAUSE = timedelta(minutes=15)
LONGEST_WAIT = timedelta(days=1)
"""How far the other side may put the next attempt off."""

WAITING_FOR_PROMISES = frozenset(
    {MessageKind.ACKNOWLEDGEMENT, MessageKind.HANDOVER, MessageKind.PRIORITY, MessageKind.REOPENED}
)
"""Messages about a change from which promises follow, which are heard of a moment later."""
BY_PEOPLE = HUMAN_WORDS | {MessageKind.ANSWER}
"""What a person wrote: no mail client is to take it for a robot's."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a person or a promise gave for one message. It has no place for a note: notes never leave the house."""

    update: Update | None = None
    question: str | None = None
    estimate: Estimate | None = None
    previous: Estimate | None = None
    """What was said before the estimate."""
    team: str | None = None
    """The id of the team to which it was handed."""
    less_urgent: bool | None = None
    """Whether the priority that it was given is a lower one."""
    before: tuple[Promise, ...] | None = None
    """Those promises, as they stood, whose dates the customer had been told before that."""
    into: str | None = None
    """The incident that goes on, when this one was merged into it."""
    answer: str | None = None
    """What a person answers to what a survey was answered with."""
    suggestion: str | None = None
    """What is answered; nothing for a low score, which is no text of the customer's."""
    workaround: str | None = None
    resolution: Resolution | None = None
    missed: Promise | None = None
    at_risk: Promise | None = None
    lost: Message | None = None
    """The message that could not be delivered, for those who are to find another way."""
    survey_token: str | None = None
    """Signed when the message was planned, so that it is the same in every attempt."""
    page: str | None = None
    """The address of the customer's page, signed as early for the same reason."""
    language: str | None = None
    """Of a message that may be heard of before its incident."""
    withheld: str | None = None
    """Why it is not to be sent."""
    no_way: str | None = None
    """Why it can't be sent."""

    @property
    def about(self) -> Promise | None:
        """The promise that the message is about."""
        return self.missed or self.at_risk


@dataclass(frozen=True, slots=True)
class Planned:
    """A message to be sent from `send_at` on."""

    message: Message
    words: Words
    send_at: datetime
    unknown: bool = False
    """True when nobody vouches for the address of the recipient."""


def pause(attempts: int) -> timedelta:
    """How long to wait after so many failures: 5 s, twice as long each time, 15 min at most."""
    return min(timedelta(seconds=5 * 2 ** min(attempts - 1, 10)), LONGEST_PAUSE)


def sent(message: Message, at: datetime) -> Message:
    # What was said on the phone had been said before it was written down.
    said_at = message.planned_at if message.channel is Channel.PHONE else at
    change = {"state": MessageState.SENT, "sent_at": said_at, "retry_at": None, "reason": None}
    return message.model_copy(update={**change, "attempts": message.attempts + 1})


def delayed(
    message: Message, reason: str, now: datetime, jitter: float, after: timedelta | None = None
) -> Message:
    """The message after a failure that may pass; refused once it was tried for days. `jitter` is from 0 to 1.

    `after` is how long the other side wants us to wait; we wait at least as long, up to a day.
    """
    attempts = message.attempts + 1
    if now - message.planned_at >= GIVE_UP:
        return refused(message, f"tried for {GIVE_UP.days} days; last: {reason}")
    wait = max(pause(attempts) * (0.5 + jitter / 2), min(after or timedelta(), LONGEST_WAIT))
    change = {
        "state": MessageState.DELAYED,
        "attempts": attempts,
        "retry_at": now + wait,
        "reason": reason[:500],
    }
    return message.model_copy(update=change)


def withdrawn(message: Message, reason: str) -> Message:
    """The message that is not sent after all."""
    return message.model_copy(update={"state": MessageState.WITHDRAWN, "retry_at": None, "reason": reason})


def undelivered(message: Message, reason: str) -> Message:
    """The message that did not arrive, as is heard after it had left."""
    change = {"state": MessageState.UNDELIVERED, "retry_at": None, "reason": reason[:500]}
    return message.model_copy(update=change)


def refused(message: Message, reason: str) -> Message:
    """The message after a failure for good."""
    change = {"state": MessageState.REFUSED, "retry_at": None, "reason": reason[:500]}
    return message.model_copy(update={**change, "attempts": message.attempts + 1})
