"""What an incident takes now, what it refuses and why, and how it goes one step on. Values in, values out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

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
    IncidentStatus,
    IncidentUpdated,
    IncidentVerified,
    PlanMade,
    PriorityChanged,
    RequestJoined,
    WorkaroundGiven,
)
from candor_triage.domain.rules import ACTIVE, OVER, RULES, Command, Who

Told: TypeAlias = (
    IncidentOpened
    | RequestJoined
    | IncidentAcknowledged
    | IncidentAssigned
    | IncidentEscalated
    | HelpAsked
    | IncidentUpdated
    | CustomerAsked
    | IncidentResumed
    | PlanMade
    | EstimateGiven
    | WorkaroundGiven
    | IncidentResolved
    | IncidentVerified
    | IncidentReopened
    | IncidentDisputed
    | IncidentClosed
    | PriorityChanged
    | IncidentLinked
    | IncidentMerged
    | IncidentCancelled
)
"""The facts that triage tells of an incident."""

SIGNAL = "signal"
"""Who resolves or reopens an incident when the monitoring does."""
CHARTER = "charter"
"""Who assigns, verifies or closes an incident when rules and time do."""
_PARTS = {SIGNAL: Who.SIGNAL, CHARTER: Who.CHARTER}
_STATUS_WORDS = {
    IncidentStatus.IN_PROGRESS: "it is in progress",
    IncidentStatus.WAITING: "it waits for the customer's answer",
    IncidentStatus.WORKAROUND: "the customer has a workaround",
    IncidentStatus.RESOLVED: "it is resolved",
    IncidentStatus.VERIFIED: "it is resolved and verified",
    IncidentStatus.CLOSED: "it is closed",
    IncidentStatus.CANCELLED: "it is cancelled, and nothing comes after that",
}
_HALTED = (IncidentStatus.WAITING, IncidentStatus.WORKAROUND)
_NOT_RESOLVED = "nobody has resolved it yet"


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


def allowed(incident: Incident, who: Who = Who.PERSON) -> list[str]:
    """The commands that the incident would take now."""
    return [
        command
        for command, rule in RULES.items()
        if who in rule.who and incident.status in rule.leads and _hindrance(incident, command) is None
    ]


def permitted(incident: Incident, command: Command, by: str, who: Who | None = None) -> IncidentStatus:
    """The status that a command leads to. Raises Refused when it is not for this status, or not for this part.

    The charter and the monitoring are known by their names; for a customer, `who` says so.
    """
    part = who or _PARTS.get(by, Who.PERSON)
    if part not in RULES[command].who:
        raise refused(incident, command, f"that is not for {part.value}", part)
    status = RULES[command].leads.get(incident.status)
    why = _hindrance(incident, command) if status else _why_not(incident, command)
    if status is None or why:
        raise refused(incident, command, why or "", part)
    return status


def refused(incident: Incident, command: Command, why: str, who: Who = Who.PERSON) -> Refused:
    """What to raise when an incident can't take a command for a reason."""
    return Refused(f"{incident.id} can't take `{command}`: {why}.", allowed(incident, who))


def step(incident: Incident, by: str, **changes: Any) -> Incident:
    """The incident one version on. Whatever a person does to it, touches it."""
    touched = incident.touched or by not in _PARTS
    return incident.model_copy(update={"version": incident.version + 1, "touched": touched, **changes})


def begun(incident: Incident, by: str, now: datetime) -> dict[str, Any]:
    """Whoever works on an incident that nobody has owns it from then on."""
    owned = {"owner": incident.owner or by, "acknowledged_at": incident.acknowledged_at or now}
    return owned | looked_at(incident, by)


def looked_at(incident: Incident, by: str) -> dict[str, bool]:
    """A person who takes it, hands it on or sets its priority has looked at what the rules were not sure of."""
    return {"unsure": incident.unsure and by in _PARTS}


def shown(moment: datetime) -> str:
    """A time in words for the team."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _hindrance(incident: Incident, command: Command) -> str | None:
    """What is in the way of a command although the status takes it."""
    match command:
        case "acknowledge" if incident.status in _HALTED and incident.owner:
            return f"{incident.owner} has it already"
        case "help" if incident.owner is None:
            return "nobody has it yet; `acknowledge` or `assign` it first"
        case "ask" | "confirm" if incident.requester is None:
            return "no customer wrote it, so nobody can answer"
    return None


def _why_not(incident: Incident, command: Command) -> str:
    """Why the status does not take a command."""
    status = incident.status
    if status is IncidentStatus.MERGED:
        return f"it is part of {incident.merged_into} now; go on there"
    if command == "acknowledge" and status is IncidentStatus.IN_PROGRESS:
        return f"{incident.owner} has it already"
    if command == "help" and status in ACTIVE:
        return "nobody has it yet; `acknowledge` or `assign` it first"
    if command == "resume" and status in ACTIVE:
        return "it does not wait for the customer"
    if status in ACTIVE and RULES[command].leads.keys() <= set(OVER):
        return _NOT_RESOLVED
    return _STATUS_WORDS.get(status, f"its status `{status}` is not known here")
