"""What somebody did to an incident, in plain words for the team."""

from collections.abc import Iterable
from typing import NamedTuple

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
    IncidentReopened,
    IncidentResolved,
    IncidentResumed,
    IncidentUpdated,
    IncidentVerified,
    LinkKind,
    PlanMade,
    PriorityChanged,
    Update,
    WorkaroundGiven,
)
from candor_triage.domain.life import Told, shown

_TIES = {
    LinkKind.RELATED: "Belongs together with {}",
    LinkKind.FOLLOWS: "Follows {}",
    LinkKind.FOLLOWED_BY: "Is followed by {}",
    LinkKind.MERGED_FROM: "{} is part of this now; what comes for it comes here",
}


class Deed(NamedTuple):
    """The kind of an entry, who did it, and in words what."""

    kind: str
    by: str
    text: str


def deed(fact: Told) -> Deed | None:
    """What a fact tells; nothing for what came in."""
    return _handover(fact) or _work(fact) or _end(fact) or _tie(fact)


def _handover(fact: Told) -> Deed | None:
    match fact:
        case IncidentAcknowledged(by=by):
            return Deed("acknowledged", by, "Took the incident")
        case IncidentAssigned(by=by):
            return Deed("assigned", by, _assignment(fact))
        case IncidentEscalated(by=by, reason=reason, incident=incident):
            text = f"From {fact.previous_level} to {incident.level}: {_to_whom(incident, None)}"
            return Deed("escalated", by, f"{text}\nWhy: {reason}")
        case HelpAsked(by=by, reason=reason, incident=incident):
            return Deed("help_asked", by, f"Asked {incident.second} to help: {reason}")
        case PriorityChanged(by=by, previous=before, reason=reason, incident=incident):
            return Deed("priority_changed", by, f"From {before} to {incident.priority}: {reason}")
    return None


def _assignment(fact: IncidentAssigned) -> str:
    before, incident = fact.previous_owner, fact.incident
    moved = fact.previous_level not in (None, incident.level)
    parts = [
        _to_whom(incident, fact.previous_team),
        f"before, {before} had it" if before else None,
        f"from {fact.previous_level} to {incident.level}" if moved else None,
    ]
    return _lines(["; ".join(filter(None, parts)), f"Why: {fact.reason}" if fact.reason else None])


def _to_whom(incident: Incident, previous_team: str | None) -> str:
    """A team that stays the same is not worth a word."""
    if incident.owner is None:
        return f"Given to {incident.team}"
    moved = incident.team != previous_team
    return f"Given to {incident.owner}" + (f" of {incident.team}" if moved else "")


def _work(fact: Told) -> Deed | None:
    done = None
    match fact:
        case IncidentUpdated(by=by, update=words):
            done = Deed("updated", by, _update(words))
        case CustomerAsked(by=by, incident=Incident(question=question)) if question:
            done = Deed("asked", by, f"Asked the customer: {question.text}")
        case IncidentResumed(by=by):
            done = Deed("resumed", by, "Goes on")
        case PlanMade(by=by, plan=plan):
            done = Deed("planned", by, f"What: {plan.what}\nWho: {plan.who}\nWhen: {plan.timetable}")
        case EstimateGiven(by=by):
            done = Deed("estimated", by, _estimate(fact))
        case WorkaroundGiven(by=by, incident=incident):
            done = Deed("workaround", by, f"Workaround: {incident.workaround}")
    return done


def _end(fact: Told) -> Deed | None:
    done = None
    match fact:
        case IncidentResolved(by=by, resolution=how):
            done = Deed("resolved", by, f"Cause: {how.cause}\nDone: {how.done}\nChecked: {how.checked}")
        case IncidentVerified(by=by, by_customer=True):
            done = Deed("verified", by, "The customer confirmed that it works")
        case IncidentVerified(by=by):
            waited = by == "charter"
            done = Deed(
                "verified", by, "Nobody spoke against the fix" if waited else "Checked that the fix holds"
            )
        case IncidentReopened(by=by, reason=reason):
            done = Deed("reopened", by, f"Opened again: {reason}" if reason else "Opened again")
        case IncidentDisputed(by=by):
            text = "Says that it is not solved, too late to open it again; an incident of its own follows"
            done = Deed("disputed", by.address, text)
        case IncidentClosed(by=by):
            done = Deed("closed", by, "Closed")
        case IncidentCancelled(by=by, reason=reason):
            done = Deed("cancelled", by, f"Cancelled: {reason}")
    return done


def _tie(fact: Told) -> Deed | None:
    match fact:
        case IncidentMerged(by=by, incident=incident):
            return Deed("merged", by, f"Is part of {incident.merged_into} now; what comes goes there")
        case IncidentLinked(by=by, incident=incident):
            tie = incident.links[-1]
            return Deed("linked", by, _TIES.get(tie.kind, "See {}").format(tie.incident_id))
    return None


def _update(words: Update) -> str:
    lines = [f"Doing: {words.doing}", f"Expect: {words.expect}"]
    return _lines([*lines, f"Next word by {shown(words.next_by)}" if words.next_by else None])


def _estimate(fact: EstimateGiven) -> str:
    said, before = fact.incident.estimate, fact.previous
    if said is None:
        return "No date any more"
    lines = [f"Fixed by {shown(said.fixed_by)}: {said.reason}"]
    if before is None:
        return lines[0]
    late = ", which had passed" if before.fixed_by <= said.given_at else ""
    return _lines([*lines, f"Before: {shown(before.fixed_by)}{late}"])


def _lines(parts: Iterable[str | None]) -> str:
    return "\n".join(filter(None, parts))
