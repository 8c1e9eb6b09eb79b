"""How an incident begins, rated by the charter, and how further requests join it."""

from typing import TypeAlias

from candor_common.charter import Charter, Classification, Facts
from candor_common.events import (
    Channel,
    Contact,
    Incident,
    IncidentOpened,
    IncidentStatus,
    Lane,
    Link,
    LinkKind,
    Origin,
    ReplyReceived,
    RequestJoined,
    RequestReceived,
    SignalReceived,
)
from candor_triage.domain.life import SIGNAL, Change, step

Inbound: TypeAlias = RequestReceived | ReplyReceived | SignalReceived

_LONGEST_TITLE = 200
CUSTOMER = "customer"
"""Who touches an incident by writing in it."""


def open_incident(request: Inbound, charter: Charter, *, follows: Incident | None = None) -> Change:
    """A new incident under the request's own reference, opened when the request came in, rated by the charter.

    What a reply does not say about its writer is as in the incident that it follows.
    """
    rated = charter.classify(_facts(request))
    incident = Incident(
        id=request.reference,
        version=1,
        title=_title(request),
        description=request.text,
        status=IncidentStatus.OPEN,
        kind=rated.kind,
        category=rated.category,
        impact=rated.impact,
        urgency=rated.urgency,
        priority=rated.priority,
        lane=_lane(request, rated, follows),
        level=rated.level,
        team=rated.team,
        reason=rated.reason,
        unsure=rated.unsure,
        customer=_customer(request, follows),
        requester=_requester(request),
        language=_language(request, follows),
        channel=Channel.ALERT if isinstance(request, SignalReceived) else request.channel,
        origin=request.origin,
        signal_key=request.signal_key if isinstance(request, SignalReceived) else None,
        opened_at=request.received_at,
        links=(Link(incident_id=follows.id, kind=LinkKind.FOLLOWS),) if follows else (),
        charter_version=charter.version,
    )
    return Change(incident, IncidentOpened(incident=incident, request_id=request.request_id))


def join(incident: Incident, request: Inbound) -> Change:
    """Add a request to an incident; allowed in every status, which stays as it is."""
    person = not isinstance(request, SignalReceived) and request.origin is Origin.HUMAN
    after = step(incident, CUSTOMER if person else SIGNAL)
    fact = RequestJoined(
        incident=after,
        request_id=request.request_id,
        reference=request.reference,
        by_customer=person,
        received_at=request.received_at,
    )
    return Change(after, fact)


def is_untouched(incident: Incident) -> bool:
    """True as long as no person did anything about it; that the charter gave it to somebody is nothing."""
    return not incident.touched and incident.acknowledged_at is None


def _facts(request: Inbound) -> Facts:
    is_signal = isinstance(request, SignalReceived)
    return Facts(
        subject_line=request.subject_line,
        text=request.text,
        channel=Channel.ALERT if is_signal else request.channel,
        severity=request.severity if isinstance(request, SignalReceived) else "",
        urgent=isinstance(request, RequestReceived) and request.urgent,
        labels=request.labels,
        is_signal=is_signal,
    )


def _lane(request: Inbound, rated: Classification, follows: Incident | None) -> Lane:
    """A contract makes people look faster, and never slower than what happened does."""
    contract = request.lane if isinstance(request, RequestReceived) else None
    if follows and follows.lane is Lane.VIP:
        contract = Lane.VIP
    known = contract not in (None, Lane.UNKNOWN)
    return contract if contract and known and rated.lane is Lane.STANDARD else rated.lane


def _customer(request: Inbound, follows: Incident | None) -> str | None:
    if isinstance(request, RequestReceived):
        return request.customer
    return follows.customer if follows else None


def _language(request: Inbound, follows: Incident | None) -> str:
    if isinstance(request, RequestReceived):
        return request.language
    return follows.language if follows else "en"


def _title(request: Inbound) -> str:
    words = " ".join((request.subject_line.strip() or request.text[:_LONGEST_TITLE]).split())
    return words[:_LONGEST_TITLE] or "(without a subject)"


def _requester(request: Inbound) -> Contact | None:
    """Who gets answers: a person with an address. Answering a machine, a list or a bounce is how loops begin."""
    if isinstance(request, SignalReceived) or request.origin is not Origin.HUMAN:
        return None
    return request.sender if request.sender.address else None
