"""What notifier makes of the facts: snapshots to render from, and messages to be sent."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

from candor_common.database import Transaction
from candor_common.events import (
    CustomerAsked,
    Envelope,
    EstimateGiven,
    FollowUpDone,
    Incident,
    IncidentAcknowledged,
    IncidentAssigned,
    IncidentCancelled,
    IncidentClosed,
    IncidentEscalated,
    IncidentMerged,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentResumed,
    IncidentUpdated,
    IncidentVerified,
    PriorityChanged,
    Promise,
    PromiseAtRisk,
    PromiseBreached,
    PromiseEscalated,
    PromiseKept,
    PromiseMade,
    PromiseState,
    PromiseWithdrawn,
    ReplyReceived,
    RequestJoined,
    RequestReceived,
    SurveyInvited,
    WorkaroundGiven,
)
from candor_common.service import Context, Subscriptions
from candor_notifier import following_up, nudges, snapshots, store, undelivered
from candor_notifier.domain import nudging, planning
from candor_notifier.domain.silence import is_last
from candor_notifier.offering import with_subscribers
from candor_notifier.planner import MAIL, Traced, desk_of, plan

SURVEY = "survey"
"""The purpose that feedback checks links for."""

Breach: TypeAlias = tuple[Promise, str]
"""A missed promise and the trace of its event."""


def follow_incidents(transaction: Transaction, events: Sequence[Envelope[Any]], context: Context) -> None:
    """Keep the snapshots, and plan what an incident's change is to tell the customer."""
    snapshots.save_incidents(transaction.connection, (event.fact.incident for event in events))
    desk, needless = desk_of(transaction, context), _confirmed_closings(transaction, events)
    plan(transaction, list(following_up.told(transaction, events, desk, needless)), context)
    opened = {event.subject: event for event in events if isinstance(event.fact, IncidentOpened)}
    if opened:
        _catch_up(transaction, opened, context)


def _confirmed_closings(transaction: Transaction, events: Sequence[Envelope[Any]]) -> set[str]:
    """The events that close what the customer has confirmed; and remember who confirmed."""
    closed = {event.subject for event in events if isinstance(event.fact, IncidentClosed)}
    before = snapshots.confirmed(transaction.connection, closed) if closed else set()
    now: dict[str, bool] = {}
    found: set[str] = set()
    for event in events:
        match event.fact:
            case IncidentVerified(by_customer=True):
                now[event.subject] = True
            case IncidentReopened():
                now[event.subject] = False
            case IncidentClosed() if now.get(event.subject, event.subject in before):
                found.add(event.id)
    snapshots.confirm(transaction.connection, [one for one, yes in now.items() if yes], transaction.now)
    snapshots.confirm(transaction.connection, [one for one, yes in now.items() if not yes], None)
    return found


def _catch_up(
    transaction: Transaction, opened: Mapping[str, Envelope[IncidentOpened]], context: Context
) -> None:
    """Promises may have been heard of before the incident that they are about."""
    states = {PromiseState.OPEN, PromiseState.BREACHED}
    promises = snapshots.promises_of(transaction.connection, opened, states)
    if not promises:
        return
    _release(transaction, {one.incident_id for one in promises})
    missed = [one for one in promises if one.state is PromiseState.BREACHED]
    breaches = [(one, opened[one.incident_id].traceparent) for one in sorted(missed, key=_found_out)]
    _own_up(transaction, breaches, {key: event.fact.incident for key, event in opened.items()}, context)


def _found_out(missed: Promise) -> Any:
    return missed.breached_at or missed.due_at


def follow_promises(transaction: Transaction, events: Sequence[Envelope[Any]], context: Context) -> None:
    """Keep the snapshots, let messages go that waited for promises, own up to what was missed, and see to it that
    somebody speaks before that."""
    snapshots.save_promises(transaction.connection, (event.fact.promise for event in events))
    made = {event.subject for event in events if isinstance(event.fact, PromiseMade)}
    if made:
        _release(transaction, made)
    missed = [event for event in events if isinstance(event.fact, PromiseBreached)]
    urging = nudges.urging(events, context.charter)
    about = {event.subject for event in (*missed, *urging)}
    if not about:
        return
    incidents = snapshots.incidents_by_id(transaction.connection, about)
    nudges.nudge(transaction, urging, incidents, context)
    _own_up(transaction, [(event.fact.promise, event.traceparent) for event in missed], incidents, context)


def _release(transaction: Transaction, incident_ids: Collection[str]) -> None:
    store.hasten(transaction.connection, incident_ids, transaction.now)
    transaction.wake(MAIL)


def _own_up(
    transaction: Transaction,
    breaches: Sequence[Breach],
    incidents: Mapping[str, Incident],
    context: Context,
) -> None:
    """Say what was missed, to the customer and to the lead; of an incident that is not known yet it is said when it
    is."""
    known = [(promise, trace) for promise, trace in breaches if promise.incident_id in incidents]
    if not known:
        return
    desk, charter, before = desk_of(transaction, context), context.charter, _missed_of(transaction, known)
    planned: list[Traced] = []
    for promise, trace in known:
        incident = incidents[promise.incident_id]
        last = is_last(promise, before[incident.id], charter.renewals)
        notice = planning.breach_notice(promise, incident, desk, last=last)
        nudged = nudging.after_it_was_missed(promise, nudging.Scene(incident, charter, desk))
        planned += [(one, trace) for one in (notice, *nudged) if one]
    plan(transaction, planned, context)


def _missed_of(transaction: Transaction, breaches: Sequence[Breach]) -> Mapping[str, list[Promise]]:
    found: dict[str, list[Promise]] = defaultdict(list)
    about = {promise.incident_id for promise, _ in breaches}
    for one in snapshots.promises_of(transaction.connection, about, {PromiseState.BREACHED}):
        found[one.incident_id].append(one)
    return found


def invite(transaction: Transaction, events: Sequence[Envelope[SurveyInvited]], context: Context) -> None:
    """Ask the customer how it went, where they wrote."""
    incidents = snapshots.incidents_by_id(transaction.connection, {event.subject for event in events})
    desk, planned = desk_of(transaction, context), list[Traced]()
    for event in events:
        token = context.signer.sign(SURVEY, event.fact.survey.id)
        if one := planning.survey(event.id, event.fact, desk, token, incidents.get(event.subject)):
            planned.append((one, event.traceparent))
    plan(transaction, planned, context)


def follow_mail(
    transaction: Transaction,
    events: Sequence[Envelope[RequestReceived] | Envelope[ReplyReceived]],
    context: Context,
) -> None:
    """Keep the ids of customers' mail, so that our answers stand in its thread, and hear what came back."""
    snapshots.note_thread(
        transaction.connection,
        [
            (event.fact.message_id, event.subject, event.fact.received_at)
            for event in events
            if event.fact.message_id
        ],
    )
    undelivered.hear_bounces(transaction, events, context)


subscriptions: Subscriptions = with_subscribers(
    {
        RequestReceived: follow_mail,
        ReplyReceived: follow_mail,
        IncidentOpened: follow_incidents,
        RequestJoined: follow_incidents,
        IncidentAssigned: follow_incidents,
        IncidentAcknowledged: follow_incidents,
        IncidentEscalated: follow_incidents,
        PriorityChanged: follow_incidents,
        IncidentUpdated: follow_incidents,
        CustomerAsked: follow_incidents,
        IncidentResumed: follow_incidents,
        EstimateGiven: follow_incidents,
        WorkaroundGiven: follow_incidents,
        IncidentResolved: follow_incidents,
        IncidentVerified: follow_incidents,
        IncidentReopened: follow_incidents,
        IncidentClosed: follow_incidents,
        IncidentMerged: follow_incidents,
        IncidentCancelled: follow_incidents,
        PromiseMade: follow_promises,
        PromiseAtRisk: follow_promises,
        PromiseKept: follow_promises,
        PromiseBreached: follow_promises,
        PromiseEscalated: follow_promises,
        PromiseWithdrawn: follow_promises,
        SurveyInvited: invite,
        FollowUpDone: following_up.answer,
    }
)
