"""Which messages a fact asks for, and what becomes of them. Every message exists once per (event, recipient)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from candor_common.events import (
    Channel,
    Incident,
    IncidentOpened,
    IncidentResolved,
    IncidentUpdated,
    Message,
    MessageKind,
    MessageState,
    Origin,
    Promise,
    PromiseKind,
    Resolution,
    SurveyInvited,
    Update,
)

PATIENCE = timedelta(seconds=5)
"""How long an acknowledgement waits for the promises that it should name."""
GIVE_UP = timedelta(days=3)
"""How long a message is tried, as mail servers do."""
LONGEST_PAUSE = timedelta(minutes=15)

BY_HUMANS = frozenset({MessageKind.UPDATE, MessageKind.RESOLUTION})
TO_CUSTOMERS = frozenset({PromiseKind.FIRST_RESPONSE, PromiseKind.NEXT_UPDATE, PromiseKind.RESOLUTION})
"""Promises whose breach the customer is told about."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a person or a promise gave for one message. It has no place for a note: notes never leave the house."""

    update: Update | None = None
    resolution: Resolution | None = None
    missed: Promise | None = None
    survey_token: str | None = None
    """Signed when the message was planned, so that it is the same in every attempt."""
    language: str | None = None
    """Of a message that may be heard of before its incident."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A message to be sent from `send_at` on."""

    message: Message
    words: Words
    send_at: datetime


@dataclass(frozen=True, slots=True)
class Desk:
    """Where and when messages are planned: the domain of our mail, and the present moment."""

    domain: str
    now: datetime


def can_be_reached(incident: Incident) -> bool:
    return incident.requester is not None and "@" in incident.requester.address


def acknowledgement(event_id: str, fact: IncidentOpened, desk: Desk) -> Planned | None:
    """For a human who wrote first. Robots, lists and bounces are never answered."""
    if fact.incident.origin is not Origin.HUMAN:
        return None
    return _to_requester(event_id, MessageKind.ACKNOWLEDGEMENT, fact.incident, desk, Words())


def update(event_id: str, fact: IncidentUpdated, desk: Desk) -> Planned | None:
    words = Words(update=fact.update)
    return _to_requester(event_id, MessageKind.UPDATE, fact.incident, desk, words)


def resolution(event_id: str, fact: IncidentResolved, desk: Desk) -> Planned | None:
    words = Words(resolution=fact.resolution)
    return _to_requester(event_id, MessageKind.RESOLUTION, fact.incident, desk, words)


def breach_notice(promise: Promise, incident: Incident, desk: Desk) -> Planned | None:
    """One per missed promise, however often its breach is told. No robot gets one: nobody wrote it."""
    if promise.kind not in TO_CUSTOMERS or incident.origin is not Origin.HUMAN:
        return None
    words = Words(missed=promise)
    return _to_requester(promise.id, MessageKind.BREACH_NOTICE, incident, desk, words)


def survey(event_id: str, fact: SurveyInvited, desk: Desk, token: str) -> Planned | None:
    asked = fact.survey
    if "@" not in asked.recipient.address:
        return None
    made = _message(event_id, MessageKind.SURVEY, asked.incident_id, asked.recipient.address, desk)
    return Planned(made, Words(survey_token=token, language=asked.language), desk.now)


def _to_requester(
    cause: str, kind: MessageKind, incident: Incident, desk: Desk, words: Words
) -> Planned | None:
    if incident.requester is None or not can_be_reached(incident):
        return None
    made = _message(cause, kind, incident.id, incident.requester.address, desk)
    wait = PATIENCE if kind is MessageKind.ACKNOWLEDGEMENT else timedelta()
    return Planned(made, words, desk.now + wait)


def _message(cause: str, kind: MessageKind, incident_id: str, recipient: str, desk: Desk) -> Message:
    """Ids are made of what the message is for, so that it is the same message however often it is planned."""
    identifier = str(uuid5(NAMESPACE_URL, f"urn:candor:message:{cause}:{kind}:{recipient}"))
    return Message(
        id=identifier,
        incident_id=incident_id,
        kind=kind,
        state=MessageState.PLANNED,
        channel=Channel.MAIL,
        recipient=recipient,
        message_id=f"<{incident_id}.{identifier}@{desk.domain}>",
        cause_event_id=cause,
        planned_at=desk.now,
    )


def pause(attempts: int) -> timedelta:
    """How long to wait after so many failures: 5 s, twice as long each time, 15 min at most."""
    return min(timedelta(seconds=5 * 2 ** min(attempts - 1, 10)), LONGEST_PAUSE)


def sent(message: Message, at: datetime) -> Message:
    change = {"state": MessageState.SENT, "sent_at": at, "retry_at": None, "reason": None}
    return message.model_copy(update={**change, "attempts": message.attempts + 1})


def delayed(message: Message, reason: str, now: datetime, jitter: float) -> Message:
    """The message after a failure that may pass; refused once it was tried for days. `jitter` is from 0 to 1."""
    attempts = message.attempts + 1
    if now - message.planned_at >= GIVE_UP:
        return refused(message, f"tried for {GIVE_UP.days} days; last: {reason}")
    wait = pause(attempts) * (0.5 + jitter / 2)
    change = {
        "state": MessageState.DELAYED,
        "attempts": attempts,
        "retry_at": now + wait,
        "reason": reason[:500],
    }
    return message.model_copy(update=change)


def refused(message: Message, reason: str) -> Message:
    """The message after a failure for good."""
    change = {"state": MessageState.REFUSED, "retry_at": None, "reason": reason[:500]}
    return message.model_copy(update={**change, "attempts": message.attempts + 1})
