"""Which messages the events ask for, told apart by cause, kind and recipient."""

from collections.abc import Mapping
from typing import Any

from candor_common.events import (
    CustomerAsked,
    EstimateGiven,
    Fact,
    IncidentAssigned,
    IncidentClosed,
    IncidentEscalated,
    IncidentMerged,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentUpdated,
    IncidentVerified,
    PriorityChanged,
    PromiseBreached,
    SurveyInvited,
    WorkaroundGiven,
)
from tests.faults.evidence import Evidence

MESSAGES: dict[type[Fact], str] = {
    IncidentOpened: "acknowledgement",
    IncidentUpdated: "update",
    CustomerAsked: "question",
    EstimateGiven: "estimate",
    WorkaroundGiven: "workaround",
    IncidentResolved: "resolution",
    IncidentReopened: "reopened",
    IncidentClosed: "closed",
    IncidentMerged: "merged",
    PriorityChanged: "priority",
}


def told_as(kind: str) -> str:
    """The last miss of a chain is told in another form."""
    return "breach_notice" if kind == "nothing_new" else kind


def wanted_messages(evidence: Evidence, addresses: Mapping[str, str]) -> set[tuple[str, str, str]]:
    """Cause, kind and recipient of every message that the events ask for."""
    wanted: set[tuple[str, str, str]] = set()
    confirmed: set[str] = set()
    for one in evidence.once():
        fact: Any = one.fact
        _follow_confirmation(fact, confirmed)
        kind = _asks_for(fact, confirmed)
        if kind and fact.incident.requester:
            wanted.add((one.envelope.id, kind, fact.incident.requester.address))
        elif isinstance(fact, PromiseBreached) and fact.promise.incident_id in addresses:
            wanted.add((fact.promise.id, "breach_notice", addresses[fact.promise.incident_id]))
        elif isinstance(fact, SurveyInvited):
            wanted.add((one.envelope.id, "survey", fact.survey.recipient.address))
    return wanted


def _asks_for(fact: Any, confirmed: set[str]) -> str | None:
    """The kind of message that a change of an incident asks for. The load's charter names no people to nudge."""
    if isinstance(fact, IncidentClosed) and fact.incident.id in confirmed:
        return None
    if isinstance(fact, IncidentAssigned | IncidentEscalated):
        moved = fact.previous_team not in (None, fact.incident.team)
        return "handover" if moved else None
    return MESSAGES.get(type(fact))


def _follow_confirmation(fact: Any, confirmed: set[str]) -> None:
    if isinstance(fact, IncidentVerified) and fact.by_customer:
        confirmed.add(fact.incident.id)
    elif isinstance(fact, IncidentReopened):
        confirmed.discard(fact.incident.id)
