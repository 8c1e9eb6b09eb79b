"""The life of an incident: what may happen to it when, and what it becomes. Values in, values out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeAlias

from candor_common.charter import Charter, Facts
from candor_common.events import (
    Channel,
    Contact,
    Incident,
    IncidentAcknowledged,
    IncidentClosed,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentStatus,
    IncidentUpdated,
    Origin,
    ReplyReceived,
    RequestJoined,
    RequestReceived,
    Resolution,
    SignalReceived,
    Update,
)

Command = Literal["acknowledge", "update", "resolve", "close", "reopen"]
Inbound: TypeAlias = RequestReceived | ReplyReceived | SignalReceived
Told: TypeAlias = (
    IncidentOpened
    | RequestJoined
    | IncidentAcknowledged
    | IncidentUpdated
    | IncidentResolved
    | IncidentReopened
    | IncidentClosed
)
"""The facts that triage tells of an incident."""

TRANSITIONS: Mapping[IncidentStatus, Mapping[Command, IncidentStatus]] = {
    IncidentStatus.OPEN: {
        "acknowledge": IncidentStatus.IN_PROGRESS,
        "update": IncidentStatus.IN_PROGRESS,
        "resolve": IncidentStatus.RESOLVED,
    },
    IncidentStatus.IN_PROGRESS: {
        "update": IncidentStatus.IN_PROGRESS,
        "resolve": IncidentStatus.RESOLVED,
    },
    IncidentStatus.RESOLVED: {"close": IncidentStatus.CLOSED, "reopen": IncidentStatus.OPEN},
    IncidentStatus.CLOSED: {"reopen": IncidentStatus.OPEN},
}
"""Which command is allowed in which status, and the status that it leads to."""

SIGNAL = "signal"
"""Who resolves or reopens an incident when the monitoring does."""
CHARTER = "charter"
"""Who closes an incident when time does."""
LONGEST_SILENCE = timedelta(days=30)
"""How far ahead the next word may be promised at most."""
_LONGEST_TITLE = 200
_WHY_NOT: Mapping[IncidentStatus, str] = {
    IncidentStatus.OPEN: "nobody has resolved it yet",
    IncidentStatus.IN_PROGRESS: "it is in progress",
    IncidentStatus.RESOLVED: "it is resolved",
    IncidentStatus.CLOSED: "it is closed",
}


class Refused(Exception):
    """A command that the incident does not allow now: why, and which commands it would allow."""

    def __init__(self, why: str, allowed: Sequence[str]) -> None:
        super().__init__(why)
        self.why = why
        self.allowed = list(allowed)


@dataclass(frozen=True, slots=True)
class Change:
    """An incident as it stands after a change, and the fact that tells of it."""

    incident: Incident
    fact: Told


def allowed(incident: Incident) -> list[str]:
    """The commands that the incident would take now."""
    return list(TRANSITIONS.get(incident.status, {}))


def open_incident(request: Inbound, charter: Charter, *, language: str = "en") -> Change:
    """A new incident under the request's own reference, opened when the request came in, rated by the charter.

    `language` counts where the request itself names none.
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
        lane=rated.lane,
        level=rated.level,
        team=rated.team,
        reason=rated.reason,
        requester=_requester(request),
        language=request.language if isinstance(request, RequestReceived) else language,
        channel=Channel.ALERT if isinstance(request, SignalReceived) else request.channel,
        origin=request.origin,
        signal_key=request.signal_key if isinstance(request, SignalReceived) else None,
        opened_at=request.received_at,
        charter_version=charter.version,
    )
    return Change(incident, IncidentOpened(incident=incident, request_id=request.request_id))


def join(incident: Incident, request: Inbound) -> Change:
    """Add a request to an incident; allowed in every status, which stays as it is."""
    after = _next(incident)
    fact = RequestJoined(incident=after, request_id=request.request_id, reference=request.reference)
    return Change(after, fact)


def acknowledge(incident: Incident, by: str, now: datetime) -> Change:
    """A person takes the incident and owns it from now on."""
    status = _status_after(incident, "acknowledge")
    after = _next(incident, status=status, owner=by, acknowledged_at=now)
    return Change(after, IncidentAcknowledged(incident=after, by=by))


def update(incident: Incident, by: str, words: Update, now: datetime) -> Change:
    """Tell the customer something; acknowledges the incident where nobody has.

    `words.next_by`, when given, must be aware, later than now and at most 30 days ahead.
    """
    status = _status_after(incident, "update")
    told = words.model_copy(update={"next_by": _next_by(incident, words, now)})
    after = _next(
        incident,
        status=status,
        owner=incident.owner or by,
        acknowledged_at=incident.acknowledged_at or now,
        last_update=told,
    )
    return Change(after, IncidentUpdated(incident=after, by=by, update=told))


def resolve(incident: Incident, by: str, resolution: Resolution, now: datetime) -> Change:
    """It works again. A person who says so owns the incident where nobody does; a signal does not."""
    status = _status_after(incident, "resolve")
    by_person = by != SIGNAL
    after = _next(
        incident,
        status=status,
        owner=incident.owner or (by if by_person else None),
        acknowledged_at=incident.acknowledged_at or (now if by_person else None),
        resolved_at=now,
        resolution=resolution,
    )
    return Change(after, IncidentResolved(incident=after, by=by, resolution=resolution))


def reopen(incident: Incident, by: str) -> Change:
    """It does not work after all: somebody has to acknowledge it again; the owner is remembered."""
    status = _status_after(incident, "reopen")
    after = _next(
        incident, status=status, acknowledged_at=None, resolved_at=None, closed_at=None, resolution=None
    )
    return Change(after, IncidentReopened(incident=after, by=by))


def close(incident: Incident, by: str, now: datetime) -> Change:
    """The resolution has proved itself."""
    status = _status_after(incident, "close")
    after = _next(incident, status=status, closed_at=now)
    return Change(after, IncidentClosed(incident=after, by=by))


def is_untouched(incident: Incident) -> bool:
    """True as long as no person ever had it."""
    return incident.owner is None


def _status_after(incident: Incident, command: Command) -> IncidentStatus:
    status = TRANSITIONS.get(incident.status, {}).get(command)
    if status is None:
        why = _WHY_NOT.get(incident.status, f"its status `{incident.status}` is not known here")
        if command == "acknowledge" and incident.status is IncidentStatus.IN_PROGRESS:
            why = f"{incident.owner} has it already"
        raise Refused(f"{incident.id} can't take `{command}`: {why}.", allowed(incident))
    return status


def _next_by(incident: Incident, words: Update, now: datetime) -> datetime | None:
    if words.next_by is None:
        return None
    latest = now + LONGEST_SILENCE
    if not now < words.next_by <= latest:
        wrong = "is not in the future" if words.next_by <= now else "is more than 30 days ahead"
        why = f"`next_by` {wrong}; name a time after {now:%Y-%m-%d %H:%M} and up to {latest:%Y-%m-%d %H:%M} UTC."
        raise Refused(why, allowed(incident))
    return words.next_by.astimezone(UTC)


def _next(incident: Incident, **changes: Any) -> Incident:
    return incident.model_copy(update={"version": incident.version + 1, **changes})


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


def _title(request: Inbound) -> str:
    words = " ".join((request.subject_line.strip() or request.text[:_LONGEST_TITLE]).split())
    return words[:_LONGEST_TITLE] or "(without a subject)"


def _requester(request: Inbound) -> Contact | None:
    """Who gets answers: a person with an address. Answering a machine, a list or a bounce is how loops begin."""
    if isinstance(request, SignalReceived) or request.origin is not Origin.HUMAN:
        return None
    return request.sender if request.sender.address else None
