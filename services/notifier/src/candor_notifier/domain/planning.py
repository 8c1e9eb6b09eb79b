"""Which messages a fact asks for. Nobody is written to because of a robot's words, a list's or a bounce."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from uuid_utils import NAMESPACE_URL, uuid5

from candor_common.events import (
    Channel,
    CustomerAsked,
    EstimateGiven,
    Fact,
    FollowUpDone,
    Incident,
    IncidentAssigned,
    IncidentClosed,
    IncidentEscalated,
    IncidentMerged,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentUpdated,
    Message,
    MessageKind,
    MessageState,
    Origin,
    PriorityChanged,
    Promise,
    PromiseKind,
    SurveyInvited,
    WorkaroundGiven,
)
from candor_notifier.domain.message import PATIENCE, WAITING_FOR_PROMISES, Planned, Words
from candor_notifier.domain.route import Route, route, told_by_address
from candor_notifier.domain.silence import OF_WORDS, OWED

TO_CUSTOMERS = OF_WORDS | OWED | {PromiseKind.RESOLUTION, PromiseKind.ESTIMATE}
"""Promises whose breach the customer is told about."""

_NO_WORDS = Words()


@dataclass(frozen=True, slots=True)
class Desk:
    """Where and when messages are planned: the domain of our mail, the present moment, and the ways that there are."""

    domain: str
    now: datetime
    offered: Collection[Channel] = frozenset({Channel.MAIL})


def told_by(event_id: str, fact: Fact, desk: Desk) -> Planned | None:
    """What the change of an incident is to tell its customer; nothing for most changes."""
    plan = _PLANS.get(type(fact))
    return plan(event_id, fact, desk) if plan else None


def acknowledgement(event_id: str, fact: IncidentOpened, desk: Desk) -> Planned | None:
    """For a human who wrote first."""
    if fact.incident.origin is not Origin.HUMAN:
        return None
    return _to_requester(event_id, MessageKind.ACKNOWLEDGEMENT, fact.incident, desk)


def update(event_id: str, fact: IncidentUpdated, desk: Desk) -> Planned | None:
    words, reader = Words(update=fact.update), fact.incident.requester
    if fact.update.by_phone and reader is not None:
        way = Route(Channel.PHONE, reader.address)
        return planned(Cause(event_id, MessageKind.UPDATE, fact.incident.id), way, desk, words)
    return _to_requester(event_id, MessageKind.UPDATE, fact.incident, desk, words)


def question(event_id: str, fact: CustomerAsked, desk: Desk) -> Planned | None:
    asked = fact.incident.question
    if asked is None:
        return None
    return _to_requester(event_id, MessageKind.QUESTION, fact.incident, desk, Words(question=asked.text))


def estimate(event_id: str, fact: EstimateGiven, desk: Desk) -> Planned | None:
    """The date that was given, with the one before."""
    given = fact.incident.estimate
    if given is None:
        return None
    words = Words(estimate=given, previous=fact.previous)
    return _to_requester(event_id, MessageKind.ESTIMATE, fact.incident, desk, words)


def handover(event_id: str, fact: IncidentAssigned | IncidentEscalated, desk: Desk) -> Planned | None:
    """When another team has it. Who of a team has it is no news of its own."""
    before, after = fact.previous_team, fact.incident.team
    if before in (None, after):
        return None
    return _to_requester(event_id, MessageKind.HANDOVER, fact.incident, desk, Words(team=after))


def priority(event_id: str, fact: PriorityChanged, desk: Desk) -> Planned | None:
    """Which dates it moves is known when it leaves. The reason that was given is for the team."""
    if fact.incident.origin is not Origin.HUMAN:
        return None
    words = Words(less_urgent=fact.incident.priority > fact.previous)
    return _to_requester(event_id, MessageKind.PRIORITY, fact.incident, desk, words)


def merged(event_id: str, fact: IncidentMerged, desk: Desk) -> Planned | None:
    """Which incident goes on for theirs."""
    into = fact.incident.merged_into
    return (
        _to_requester(event_id, MessageKind.MERGED, fact.incident, desk, Words(into=into)) if into else None
    )


def workaround(event_id: str, fact: WorkaroundGiven, desk: Desk) -> Planned | None:
    if fact.incident.workaround is None:
        return None
    words = Words(workaround=fact.incident.workaround)
    return _to_requester(event_id, MessageKind.WORKAROUND, fact.incident, desk, words)


def resolution(event_id: str, fact: IncidentResolved, desk: Desk) -> Planned | None:
    words = Words(resolution=fact.resolution)
    return _to_requester(event_id, MessageKind.RESOLUTION, fact.incident, desk, words)


def reopened(event_id: str, fact: IncidentReopened, desk: Desk) -> Planned | None:
    return _to_requester(event_id, MessageKind.REOPENED, fact.incident, desk)


def closed(event_id: str, fact: IncidentClosed, desk: Desk) -> Planned | None:
    """For who has not confirmed it: who has knows that it is over."""
    return _to_requester(event_id, MessageKind.CLOSED, fact.incident, desk)


def breach_notice(promise: Promise, incident: Incident, desk: Desk, *, last: bool = False) -> Planned | None:
    """One per missed promise, however often its breach is told. No robot gets one: nobody wrote it.

    `last` when no other promise follows by itself: then only a person can go on, and that is said.
    """
    if promise.kind not in TO_CUSTOMERS or incident.origin is not Origin.HUMAN:
        return None
    kind = MessageKind.NOTHING_NEW if last else MessageKind.BREACH_NOTICE
    return _to_requester(promise.id, kind, incident, desk, Words(missed=promise))


def survey(
    event_id: str, fact: SurveyInvited, desk: Desk, token: str, incident: Incident | None = None
) -> Planned | None:
    """Where the customer wrote. The invitation may be heard of before its incident: then the address has to do."""
    asked = fact.survey
    if not asked.recipient.address:
        return None
    came_on = incident.channel if incident else told_by_address(asked.recipient.address)
    way = route(came_on, asked.recipient.address, desk.offered)
    words = Words(survey_token=token, language=asked.language)
    return planned(Cause(event_id, MessageKind.SURVEY, asked.incident_id), way, desk, words)


def answer(event_id: str, fact: FollowUpDone, incident: Incident, desk: Desk) -> Planned | None:
    """To who made a suggestion, and to who gave a low score where somebody wrote to them. What was done about a low
    score, and what it was, is told in words for the team, which stay here."""
    done = fact.follow_up
    suggested = done.kind is PromiseKind.IMPROVEMENT_REPLY
    told = done.answer if suggested else done.reply
    if not (told or "").strip():
        return None
    words = Words(answer=told, suggestion=done.about if suggested else None)
    return _to_requester(event_id, MessageKind.ANSWER, incident, desk, words)


@dataclass(frozen=True, slots=True)
class Cause:
    """What a message is for."""

    of: str
    """The id of the event, or of the promise that was missed."""
    kind: MessageKind
    incident_id: str


def planned(cause: Cause, way: Route, desk: Desk, words: Words) -> Planned:
    """A message to be sent on its way; where there is none, it is refused with the reason once it is due."""
    if way.reason:
        words = Words(no_way=way.reason)
    wait = PATIENCE if cause.kind in WAITING_FOR_PROMISES and not way.reason else timedelta()
    return Planned(_message(cause, way, desk), words, desk.now + wait)


def _to_requester(
    cause: str, kind: MessageKind, incident: Incident, desk: Desk, words: Words = _NO_WORDS
) -> Planned | None:
    if incident.requester is None or not incident.requester.address:
        return None
    way = route(incident.channel, incident.requester.address, desk.offered)
    return planned(Cause(cause, kind, incident.id), way, desk, words)


def _message(cause: Cause, way: Route, desk: Desk) -> Message:
    """Ids are made of what the message is for, so that it is the same message however often it is planned."""
    # A missed promise is told in one of two forms, and once.
    named = MessageKind.BREACH_NOTICE if cause.kind is MessageKind.NOTHING_NEW else cause.kind
    identifier = str(uuid5(NAMESPACE_URL, f"urn:candor:message:{cause.of}:{named}:{way.address}"))
    return Message(
        id=identifier,
        incident_id=cause.incident_id,
        kind=cause.kind,
        state=MessageState.PLANNED,
        channel=way.channel,
        recipient=way.address,
        message_id=f"<{cause.incident_id}.{identifier}@{desk.domain}>",
        cause_event_id=cause.of,
        planned_at=desk.now,
    )


_PLANS: Mapping[type[Fact], Callable[[str, Any, Desk], Planned | None]] = {
    IncidentOpened: acknowledgement,
    IncidentUpdated: update,
    CustomerAsked: question,
    EstimateGiven: estimate,
    IncidentAssigned: handover,
    IncidentEscalated: handover,
    PriorityChanged: priority,
    IncidentMerged: merged,
    WorkaroundGiven: workaround,
    IncidentResolved: resolution,
    IncidentReopened: reopened,
    IncidentClosed: closed,
}
