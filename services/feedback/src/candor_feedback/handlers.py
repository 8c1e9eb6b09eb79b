"""A survey is planned once a fix was verified. When that turns out not to hold before it is sent, or it can't be sent,
nobody was asked."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TypeAlias

from candor_common.charter import Charter
from candor_common.database import Transaction
from candor_common.events import (
    Contact,
    Envelope,
    Incident,
    IncidentCancelled,
    IncidentMerged,
    IncidentReopened,
    IncidentVerified,
    MessageKind,
    MessageRefused,
    MessageUndelivered,
    MessageWithdrawn,
    Survey,
    SurveySkipped,
)
from candor_common.service import Context, Subscriptions
from candor_feedback import store, undelivered
from candor_feedback.domain.asking import NotAsked, when_awake, whom
from candor_feedback.domain.survey import asked_by, planned, survey_id

DUE = "feedback.due"

Undone: TypeAlias = IncidentReopened | IncidentMerged | IncidentCancelled
Lost: TypeAlias = MessageRefused | MessageUndelivered | MessageWithdrawn


def plan_surveys(
    transaction: Transaction, events: Sequence[Envelope[IncidentVerified]], context: Context
) -> None:
    """Plan one survey per resolution whose fix was verified, or say why there is none."""
    plans: list[store.Plan] = []
    skips: list[store.Skip] = []
    for identifier, event in _news(transaction, events).items():
        incident = event.fact.incident
        try:
            plans.append(_plan(event, whom(incident, context.settings.mail_from), context.charter))
        except NotAsked as reason:
            skips.append(store.Skip(identifier, incident.id, str(reason)))
            transaction.emit(SurveySkipped(incident_id=incident.id, reason=str(reason)), cause=event)
    store.plan(transaction.connection, plans)
    store.skip(transaction.connection, skips, transaction.now)
    transaction.wake(DUE)


def _news(
    transaction: Transaction, events: Sequence[Envelope[IncidentVerified]]
) -> dict[str, Envelope[IncidentVerified]]:
    """By survey, what was not heard of before; the first of several that are about the same resolution."""
    heard: dict[str, Envelope[IncidentVerified]] = {}
    for event in events:
        heard.setdefault(survey_id(event.fact.incident), event)
    known = store.known(transaction.connection, heard)
    return {identifier: event for identifier, event in heard.items() if identifier not in known}


def _plan(event: Envelope[IncidentVerified], requester: Contact, charter: Charter) -> store.Plan:
    incident = event.fact.incident
    moment = (incident.verified_at or event.time) + charter.survey_delay
    send_at = when_awake(requester, moment, charter)
    survey = planned(incident, requester, send_at, charter.survey_expires)
    return store.Plan(survey, incident, event.traceparent)


def cancel_surveys(transaction: Transaction, events: Sequence[Envelope[Undone]], _context: Context) -> None:
    """Nobody is asked how it went while it still goes on, or when there is nothing left to ask about."""
    last = {event.fact.incident.id: event for event in events}
    reasons: dict[str, str] = {}
    for row in store.pending(transaction.connection, last):
        event = last[row["incident_id"]]
        if row["incident_version"] < event.fact.incident.version:
            reasons[row["id"]] = reason = _why(event.fact)
            transaction.emit(SurveySkipped(incident_id=row["incident_id"], reason=reason), cause=event)
    store.cancel(transaction.connection, reasons)


def _why(fact: Undone) -> str:
    incident: Incident = fact.incident
    match fact:
        case IncidentMerged():
            return f"merged into {incident.merged_into or 'another incident'}"
        case IncidentCancelled():
            return "cancelled"
    return "opened again"


def take_back(transaction: Transaction, events: Sequence[Envelope[Lost]], _context: Context) -> None:
    """Cancel the surveys whose invitation can't be delivered, or was withdrawn before it left."""
    lost = [event for event in events if event.fact.message.kind is MessageKind.SURVEY]
    if not lost:
        return
    found = undelivered.invited(transaction.connection, {event.subject for event in lost})
    sent: dict[str, list[Survey]] = defaultdict(list)
    for row in found:
        sent[row["incident_id"]].append(row["snapshot"])
    reasons: dict[str, str] = {}
    for event in lost:
        survey = asked_by(event.fact.message.planned_at, sent[event.subject])
        if survey and survey.id not in reasons:
            reasons[survey.id] = reason = _why_lost(event.fact)
            transaction.emit(SurveySkipped(incident_id=event.subject, reason=reason), cause=event)
    undelivered.take_back(transaction.connection, [row for row in found if row["id"] in reasons], reasons)


def _why_lost(fact: Lost) -> str:
    said = fact.message.reason or "no reason is known"
    return said if isinstance(fact, MessageWithdrawn) else f"the invitation can't be delivered: {said}"


subscriptions: Subscriptions = {
    IncidentVerified: plan_surveys,
    IncidentReopened: cancel_surveys,
    IncidentMerged: cancel_surveys,
    IncidentCancelled: cancel_surveys,
    MessageRefused: take_back,
    MessageUndelivered: take_back,
    MessageWithdrawn: take_back,
}
