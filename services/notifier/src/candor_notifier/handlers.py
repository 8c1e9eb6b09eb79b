"""What notifier makes of the facts: snapshots to render from, and messages to be sent."""

from collections.abc import Iterable, Sequence
from typing import Any

from candor_common.database import Transaction
from candor_common.events import (
    Envelope,
    IncidentAcknowledged,
    IncidentClosed,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentUpdated,
    MessageKind,
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
from candor_notifier import store
from candor_notifier.domain import message
from candor_notifier.domain.message import Planned

MAIL = "notifier.mail"
"""The bell that rings when there is something to send."""

Traced = tuple[Planned, str]


def follow_incidents(transaction: Transaction, events: Sequence[Envelope[Any]], context: Context) -> None:
    """Keep the snapshots, and plan what an incident's change is to tell the customer."""
    store.save_incidents(transaction.connection, (event.fact.incident for event in events))
    domain = _domain(context)
    planned = [(one, event.traceparent) for event in events if (one := _message(event, domain, transaction))]
    _plan(transaction, planned)
    opened = {event.subject: event for event in events if isinstance(event.fact, IncidentOpened)}
    if opened:
        _catch_up(transaction, opened, context)


def _message(event: Envelope[Any], domain: str, transaction: Transaction) -> Planned | None:
    match event.fact:
        case IncidentOpened() as fact:
            return message.acknowledgement(event.id, fact, domain, transaction.now)
        case IncidentUpdated() as fact:
            return message.update(event.id, fact, domain, transaction.now)
        case IncidentResolved() as fact:
            return message.resolution(event.id, fact, domain, transaction.now)
        case _:
            return None


def _catch_up(transaction: Transaction, opened: dict[str, Envelope[Any]], context: Context) -> None:
    """Promises may have been heard of before the incident that they are about."""
    states = {PromiseState.OPEN, PromiseState.BREACHED}
    promises = store.promises_of(transaction.connection, opened, states)
    if not promises:
        return
    _release_acknowledgements(transaction, {one.incident_id for one in promises})
    missed = [one for one in promises if one.state is PromiseState.BREACHED]
    domain = _domain(context)
    notices = [
        (notice, opened[one.incident_id].traceparent)
        for one in missed
        if (notice := message.breach_notice(one, opened[one.incident_id].fact.incident, domain, transaction.now))
    ]
    _plan(transaction, notices)


def follow_promises(transaction: Transaction, events: Sequence[Envelope[Any]], context: Context) -> None:
    """Keep the snapshots, let acknowledgements go that waited for them, and own up to what was missed."""
    store.save_promises(transaction.connection, (event.fact.promise for event in events))
    made = {event.subject for event in events if isinstance(event.fact, PromiseMade)}
    if made:
        _release_acknowledgements(transaction, made)
    breaches = [event for event in events if isinstance(event.fact, PromiseBreached)]
    if not breaches:
        return
    incidents = store.incidents_by_id(transaction.connection, {event.subject for event in breaches})
    domain = _domain(context)
    notices = [
        (notice, event.traceparent)
        for event in breaches
        if event.subject in incidents
        and (
            notice := message.breach_notice(
                event.fact.promise, incidents[event.subject], domain, transaction.now
            )
        )
    ]
    _plan(transaction, notices)


def _release_acknowledgements(transaction: Transaction, incident_ids: Iterable[str]) -> None:
    kind = MessageKind.ACKNOWLEDGEMENT.value
    store.hasten(transaction.connection, kind, list(incident_ids), transaction.now)
    transaction.wake(MAIL)


def invite(transaction: Transaction, events: Sequence[Envelope[SurveyInvited]], context: Context) -> None:
    """Ask the customer how it went."""
    domain = _domain(context)
    _plan(
        transaction,
        [
            (message.survey(event.id, event.fact, domain, transaction.now), event.traceparent)
            for event in events
        ],
    )


def follow_mail(
    transaction: Transaction,
    events: Sequence[Envelope[RequestReceived] | Envelope[ReplyReceived]],
    _context: Context,
) -> None:
    """Keep the ids of customers' mail, so that our answers stand in its thread."""
    mails = [
        (event.fact.message_id, event.subject, event.fact.received_at)
        for event in events
        if event.fact.message_id
    ]
    if mails:
        store.note_thread(transaction.connection, mails)


def _plan(transaction: Transaction, planned: Sequence[Traced]) -> None:
    if planned:
        store.plan(transaction.connection, planned)
        transaction.wake(MAIL)


def _domain(context: Context) -> str:
    return context.settings.mail_from.rpartition("@")[2]


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
