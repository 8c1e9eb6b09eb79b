"""What facts alone make of an incident. A snapshot that differs from it has changed something that nobody told."""

from collections.abc import Iterable, Mapping

from candor_common.events import (
    CustomerAsked,
    EstimateGiven,
    HelpAsked,
    Incident,
    IncidentAcknowledged,
    IncidentAssigned,
    IncidentCancelled,
    IncidentClosed,
    IncidentDisputed,
    IncidentEscalated,
    IncidentLinked,
    IncidentMerged,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentResumed,
    IncidentUpdated,
    IncidentVerified,
    PlanMade,
    PriorityChanged,
    RequestJoined,
    WorkaroundGiven,
)
from candor_triage.domain.life import Told

_BEGUN = ("status", "owner", "acknowledged_at", "unsure")
ABOUT: Mapping[type[Told], tuple[str, ...]] = {
    RequestJoined: (),
    IncidentAcknowledged: _BEGUN,
    IncidentAssigned: ("status", "owner", "team", "level", "unsure"),
    IncidentEscalated: ("status", "owner", "team", "level", "unsure"),
    HelpAsked: ("second",),
    IncidentUpdated: (*_BEGUN, "last_update"),
    CustomerAsked: (*_BEGUN, "question"),
    IncidentResumed: ("status", "question"),
    PlanMade: (*_BEGUN, "plan"),
    EstimateGiven: (*_BEGUN, "estimate"),
    WorkaroundGiven: (*_BEGUN, "workaround"),
    PriorityChanged: ("priority", "impact", "urgency", "lane", "unsure"),
    IncidentResolved: (*_BEGUN, "resolved_at", "resolution", "question"),
    IncidentVerified: ("status", "verified_at"),
    IncidentReopened: (
        "status",
        "acknowledged_at",
        "resolved_at",
        "verified_at",
        "closed_at",
        "resolution",
        "estimate",
        "workaround",
        "reopened",
    ),
    IncidentDisputed: (),
    IncidentClosed: ("status", "closed_at"),
    IncidentLinked: ("links",),
    IncidentMerged: ("status", "merged_into", "question"),
    IncidentCancelled: ("status", "question"),
}
"""The parts of an incident that a fact may change; its version grows by one with each, and each may touch it."""


def replay(facts: Iterable[Told]) -> Incident:
    """The incident as its facts leave it, each taken only for what it is about.

    Raises ValueError when the first is no opening, when one is missing, or when one is about another incident.
    """
    told = iter(facts)
    match next(told, None):
        case IncidentOpened(incident=incident):
            for fact in told:
                incident = _after(incident, fact)
            return incident
    raise ValueError("an incident begins with its opening")


def _after(incident: Incident, fact: Told) -> Incident:
    if (fact.incident.id, fact.sequence) != (incident.id, incident.version + 1):
        raise ValueError(f"{fact.incident.id} version {fact.sequence} does not follow {incident.version}")
    if type(fact) not in ABOUT:
        raise ValueError(f"{incident.id} is opened twice")
    changes = {name: getattr(fact.incident, name) for name in (*ABOUT[type(fact)], "touched")}
    return incident.model_copy(update={"version": fact.sequence, **changes})
