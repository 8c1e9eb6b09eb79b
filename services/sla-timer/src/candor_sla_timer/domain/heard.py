"""From the events of other services to the facts that promises depend on."""

from datetime import UTC, datetime
from typing import Any

from candor_common.charter import Charter
from candor_common.events import (
    HUMAN_WORDS,
    CustomerAsked,
    Envelope,
    EstimateGiven,
    FollowUp,
    FollowUpDone,
    FollowUpOpened,
    Incident,
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
    MessageSent,
    PriorityChanged,
    RequestJoined,
)
from candor_common.working_time import HORIZON
from candor_sla_timer.domain.history import (
    Asked,
    Cancelled,
    Closed,
    Estimated,
    Fulfilled,
    HistoryFact,
    Merged,
    NewTerms,
    Opened,
    Pledged,
    Reopened,
    Resolved,
    Resumed,
    Sent,
    Updated,
    Verified,
    Wrote,
)
from candor_sla_timer.domain.terms import Terms


def known_from(envelope: Envelope[Any], charter: Charter) -> HistoryFact | None:
    """What an event says that promises depend on; None when that is nothing."""
    match envelope.fact:
        case MessageSent():
            return _sent(envelope)
        case FollowUpOpened() | FollowUpDone():
            return _follow_up(envelope)
        case IncidentOpened(incident=incident):
            terms, at = terms_of(charter, incident), _utc(incident.opened_at)
            awaits_answer = incident.requester is not None
            return Opened(**_known(envelope, incident), at=at, awaits_answer=awaits_answer, terms=terms)
        case PriorityChanged() | IncidentEscalated():
            return _new_terms(envelope, charter)
        case IncidentAssigned(incident=incident, previous_level=before):
            return _new_terms(envelope, charter) if before not in (None, incident.level) else None
    return _words(envelope) or _turn(envelope)


def terms_of(charter: Charter, incident: Incident) -> Terms:
    """What today's charter says about an incident of this priority and level."""
    return Terms.of(charter, incident.priority, incident.level, _utc(incident.opened_at).date())


def _new_terms(
    envelope: Envelope[PriorityChanged] | Envelope[IncidentEscalated] | Envelope[IncidentAssigned],
    charter: Charter,
) -> NewTerms:
    incident = envelope.fact.incident
    at, terms = _utc(envelope.time), terms_of(charter, incident)
    return NewTerms(**_known(envelope, incident), at=at, terms=terms)


def _sent(envelope: Envelope[MessageSent]) -> Sent | None:
    """Words of a person. What Candor says by itself is no answer."""
    message = envelope.fact.message
    if message.kind not in HUMAN_WORDS:
        return None
    return Sent(
        event_id=envelope.id,
        incident_id=message.incident_id,
        at=_utc(message.sent_at or envelope.time),
        words=message.kind,
        cause=message.cause_event_id,
    )


def _follow_up(envelope: Envelope[FollowUpOpened] | Envelope[FollowUpDone]) -> Pledged | Fulfilled:
    one: FollowUp = envelope.fact.follow_up
    known: dict[str, Any] = {
        "event_id": envelope.id,
        "incident_id": one.incident_id,
        "follow_up_id": one.id,
    }
    if isinstance(envelope.fact, FollowUpDone):
        return Fulfilled(**known, at=_utc(one.done_at or envelope.time))
    at = _utc(one.opened_at)
    due_at = _named(one.due_at, at)
    return Pledged(**known, at=at, revision=one.version, kind=one.kind, owner=one.owner, due_at=due_at)


def _words(envelope: Envelope[Any]) -> HistoryFact | None:
    """What a person said: the customer, or one of ours about dates."""
    at = _utc(envelope.time)
    match envelope.fact:
        case RequestJoined(incident=incident, by_customer=True, received_at=received_at):
            return Wrote(**_known(envelope, incident), at=_utc(received_at or at))
        case IncidentUpdated(incident=incident, update=update):
            next_by = _named(update.next_by, at) if update.next_by else None
            return Updated(**_known(envelope, incident), at=at, next_by=next_by)
        case EstimateGiven(incident=incident) if incident.estimate:
            at = _utc(incident.estimate.given_at)
            fixed_by = _named(incident.estimate.fixed_by, at)
            return Estimated(**_known(envelope, incident), at=at, fixed_by=fixed_by)
    return None


def _turn(envelope: Envelope[Any]) -> HistoryFact | None:
    at = _utc(envelope.time)
    match envelope.fact:
        case CustomerAsked(incident=incident):
            return Asked(**_known(envelope, incident), at=at)
        case IncidentResumed(incident=incident):
            return Resumed(**_known(envelope, incident), at=at)
        case IncidentResolved(incident=incident):
            return Resolved(**_known(envelope, incident), at=_utc(incident.resolved_at or at))
        case IncidentVerified(incident=incident):
            return Verified(**_known(envelope, incident), at=_utc(incident.verified_at or at))
        case IncidentReopened(incident=incident):
            return Reopened(**_known(envelope, incident), at=at)
    return _end(envelope, at)


def _end(envelope: Envelope[Any], at: datetime) -> HistoryFact | None:
    match envelope.fact:
        case IncidentClosed(incident=incident):
            return Closed(**_known(envelope, incident), at=_utc(incident.closed_at or at))
        case IncidentMerged(incident=incident):
            return Merged(**_known(envelope, incident), at=at)
        case IncidentCancelled(incident=incident):
            return Cancelled(**_known(envelope, incident), at=at)
    return None


def _known(envelope: Envelope[Any], incident: Incident) -> dict[str, Any]:
    return {"event_id": envelope.id, "incident_id": incident.id, "version": incident.version}


def _named(date: datetime, at: datetime) -> datetime:
    """A date that somebody named; one that is out of all reason is as far away as we count."""
    return _utc(max(at - HORIZON, min(date, at + HORIZON)))


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
