"""What notifier makes of the facts: snapshots to render from, and messages to be sent."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from candor_common.database import Transaction
from candor_common.events import (
    Envelope,
    Incident,
    IncidentAcknowledged,
    IncidentClosed,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentUpdated,
    MessageKind,
    Promise,
    PromiseAtRisk,
    PromiseBreached,
    PromiseKept,
    PromiseMade,
    PromiseState,
    PromiseWithdrawn,
    ReplyReceived,
    RequestJoined,
    RequestReceived,
    SurveyInvited,
)
from candor_common.service import Context, Subscriptions
from candor_notifier import snapshots, store
from candor_notifier.domain import message
from candor_notifier.domain.message import Desk, Planned

MAIL = "notifier.mail"
"""The bell that rings when there is something to send."""
SURVEY = "survey"
"""The purpose that feedback checks links for."""

Traced = tuple[Planned, str]
Breach = tuple[Promise, str]


def follow_incidents(transaction: Transaction, events: Sequence[Envelope[Any]], context: Context) -> None:
    """Keep the snapshots, and plan what an incident's change is to tell the customer."""
    snapshots.save_incidents(transaction.connection, (event.fact.incident for event in events))
    desk = _desk(transaction, context)
    _plan(transaction, [(one, event.traceparent) for event in events if (one := _message(event, desk))])
    opened = {event.subject: event for event in events if isinstance(event.fact, IncidentOpened)}
    if opened:
        _catch_up(transaction, opened, desk)


def _message(event: Envelope[Any], desk: Desk) -> Planned | None:
    match event.fact:
        case IncidentOpened() as fact:
            return message.acknowledgement(event.id, fact, desk)
        case IncidentUpdated() as fact:
            return message.update(event.id, fact, desk)
        case IncidentResolved() as fact:
            return message.resolution(event.id, fact, desk)
        case _:
            return None


def _catch_up(transaction: Transaction, opened: Mapping[str, Envelope[IncidentOpened]], desk: Desk) -> None:
    """Promises may have been heard of before the incident that they are about."""
    states = {PromiseState.OPEN, PromiseState.BREACHED}
    promises = snapshots.promises_of(transaction.connection, opened, states)
    if not promises:
        return
    _release_acknowledgements(transaction, {one.incident_id for one in promises})
    breaches = [
        (one, opened[one.incident_id].traceparent) for one in promises if one.state is PromiseState.BREACHED
    ]
    _own_up(transaction, breaches, {key: event.fact.incident for key, event in opened.items()}, desk)


def follow_promises(transaction: Transaction, events: Sequence[Envelope[Any]], context: Context) -> None:
    """Keep the snapshots, let acknowledgements go that waited for them, and own up to what was missed."""
    snapshots.save_promises(transaction.connection, (event.fact.promise for event in events))
    made = {event.subject for event in events if isinstance(event.fact, PromiseMade)}
    if made:
        _release_acknowledgements(transaction, made)
    missed = [event for event in events if isinstance(event.fact, PromiseBreached)]
    if missed:
        incidents = snapshots.incidents_by_id(transaction.connection, {event.subject for event in missed})
        breaches = [(event.fact.promise, event.traceparent) for event in missed]
        _own_up(transaction, breaches, incidents, _desk(transaction, context))


def _release_acknowledgements(transaction: Transaction, incident_ids: Collection[str]) -> None:
    kind = MessageKind.ACKNOWLEDGEMENT.value
    store.hasten(transaction.connection, kind, incident_ids, transaction.now)
    transaction.wake(MAIL)


def _own_up(
    transaction: Transaction, breaches: Sequence[Breach], incidents: Mapping[str, Incident], desk: Desk
) -> None:
    """Say what was missed; of an incident that is not known yet it is said when it is."""
    planned = [
        (notice, traceparent)
        for promise, traceparent in breaches
        if promise.incident_id in incidents
        and (notice := message.breach_notice(promise, incidents[promise.incident_id], desk))
    ]
    _plan(transaction, planned)


def invite(transaction: Transaction, events: Sequence[Envelope[SurveyInvited]], context: Context) -> None:
    """Ask the customer how it went."""
    desk, planned = _desk(transaction, context), []
    for event in events:
        token = context.signer.sign(SURVEY, event.fact.survey.id)
        if one := message.survey(event.id, event.fact, desk, token):
            planned.append((one, event.traceparent))
    _plan(transaction, planned)


def follow_mail(
    transaction: Transaction,
    events: Sequence[Envelope[RequestReceived] | Envelope[ReplyReceived]],
    _context: Context,
) -> None:
    """Keep the ids of customers' mail, so that our answers stand in its thread."""
    snapshots.note_thread(
        transaction.connection,
        [
            (event.fact.message_id, event.subject, event.fact.received_at)
            for event in events
            if event.fact.message_id
        ],
    )


def _plan(transaction: Transaction, planned: Sequence[Traced]) -> None:
    if planned:
        store.plan(transaction.connection, planned)
        transaction.wake(MAIL)


def _desk(transaction: Transaction, context: Context) -> Desk:
    return Desk(context.settings.mail_from.rpartition("@")[2], transaction.now)


subscriptions: Subscriptions = {
    RequestReceived: follow_mail,
    ReplyReceived: follow_mail,
    IncidentOpened: follow_incidents,
    RequestJoined: follow_incidents,
    IncidentAcknowledged: follow_incidents,
    IncidentUpdated: follow_incidents,
    IncidentResolved: follow_incidents,
    IncidentReopened: follow_incidents,
    IncidentClosed: follow_incidents,
    PromiseMade: follow_promises,
    PromiseAtRisk: follow_promises,
    PromiseKept: follow_promises,
    PromiseBreached: follow_promises,
    PromiseWithdrawn: follow_promises,
    SurveyInvited: invite,
}
