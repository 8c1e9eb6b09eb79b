"""From the events of other services to the facts that promises depend on."""

from datetime import UTC, datetime
from typing import Any

from candor_common.charter import Charter
from candor_common.events import (
    Envelope,
    Incident,
    IncidentClosed,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentUpdated,
    MessageKind,
    MessageSent,
    PromiseKind,
)
from candor_sla_timer.domain.history import (
    Closed,
    HistoryFact,
    Opened,
    Reopened,
    Resolved,
    Sent,
    Terms,
    Updated,
)


def known_from(envelope: Envelope[Any], charter: Charter) -> HistoryFact | None:
    """What an event says that promises depend on; None when that is nothing."""
    match envelope.fact:
        case MessageSent():
            return _sent(envelope)
        case IncidentOpened(incident=incident):
            terms, at = terms_of(charter, incident), _utc(incident.opened_at)
            awaits_answer = incident.requester is not None
            return Opened(**_known(envelope, incident), at=at, awaits_answer=awaits_answer, terms=terms)
    return _change(envelope)


def terms_of(charter: Charter, incident: Incident) -> Terms:
    """What today's charter says about an incident of this priority and level."""
    return Terms(
        charter_version=charter.version,
        priority=incident.priority,
        first_response=charter.target(PromiseKind.FIRST_RESPONSE, incident.priority, incident.level),
        resolution=charter.target(PromiseKind.RESOLUTION, incident.priority, incident.level),
        update_every=charter.update_every(incident.priority),
        warn_share=charter.content.warn_at,
        renewals=charter.renewals,
    )


def _sent(envelope: Envelope[MessageSent]) -> Sent | None:
    """Words of a person. What Candor says by itself is no answer."""
    message = envelope.fact.message
    if message.kind is not MessageKind.UPDATE and message.kind is not MessageKind.RESOLUTION:
        return None
    return Sent(
        event_id=envelope.id,
        incident_id=message.incident_id,
        at=_utc(message.sent_at or envelope.time),
        words=message.kind,
        cause=message.cause_event_id,
    )


def _change(envelope: Envelope[Any]) -> HistoryFact | None:
    match envelope.fact:
        case IncidentUpdated(incident=incident, update=update):
            next_by = _utc(update.next_by) if update.next_by else None
            return Updated(**_known(envelope, incident), at=_utc(envelope.time), next_by=next_by)
        case IncidentResolved(incident=incident):
            return Resolved(**_known(envelope, incident), at=_utc(incident.resolved_at or envelope.time))
        case IncidentReopened(incident=incident):
            return Reopened(**_known(envelope, incident), at=_utc(envelope.time))
        case IncidentClosed(incident=incident):
            return Closed(**_known(envelope, incident), at=_utc(incident.closed_at or envelope.time))
    return None


def _known(envelope: Envelope[Any], incident: Incident) -> dict[str, Any]:
    return {"event_id": envelope.id, "incident_id": incident.id, "version": incident.version}


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
