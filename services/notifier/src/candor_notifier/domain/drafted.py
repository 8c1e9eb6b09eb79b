"""What somebody is about to tell a customer, as the fact that it would become: to be shown before it is sent."""

from datetime import datetime
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, model_validator

from candor_common.events import (
    CustomerAsked,
    Estimate,
    EstimateGiven,
    Incident,
    IncidentResolved,
    IncidentStatus,
    IncidentUpdated,
    Question,
    Resolution,
    Text,
    Update,
    WorkaroundGiven,
)

Command: TypeAlias = Literal["update", "ask", "estimate", "workaround", "resolve"]
"""The commands whose words the customer reads."""
Foretold: TypeAlias = IncidentUpdated | CustomerAsked | EstimateGiven | WorkaroundGiven | IncidentResolved
NOT_YET = "…"
"""Stands where nothing was written yet."""
_HALTED = (IncidentStatus.WAITING, IncidentStatus.WORKAROUND)


def _said(value: object) -> object:
    return (value.strip() or NOT_YET) if isinstance(value, str) else value


def _or_nothing(value: object) -> object:
    return (value.strip() or None) if isinstance(value, str) else value


Words = Annotated[Text, BeforeValidator(_said), StringConstraints(max_length=4000)]
Perhaps = Annotated[Text, StringConstraints(strip_whitespace=True, max_length=4000)]
Moment = Annotated[datetime | None, BeforeValidator(_or_nothing)]


class Draft(BaseModel):
    """A command as far as it is written. What is empty is shown as "…"; a time without an offset is by the clock of
    the house; fields that a command does not have are left out."""

    model_config = ConfigDict(extra="ignore")

    incident: Annotated[str, StringConstraints(pattern="^[A-Za-z0-9-]{1,40}$")]
    command: Command
    by: Annotated[Text, StringConstraints(max_length=200)] = ""
    doing: Words = NOT_YET
    expect: Words = NOT_YET
    next_by: Moment = None
    question: Words = NOT_YET
    text: Words = NOT_YET
    fixed_by: Moment = None
    reason: Words = NOT_YET
    cause: Words = NOT_YET
    done: Words = NOT_YET
    checked: Perhaps = ""
    checked_function: Perhaps = ""
    checked_performance: Perhaps = ""

    @model_validator(mode="after")
    def _has_its_date(self) -> Self:
        if self.command == "estimate" and self.fixed_by is None:
            raise ValueError("name the date, and the message is shown here")
        return self

    @property
    def checks(self) -> str:
        parts = (self.checked, self.checked_function, self.checked_performance)
        return "\n".join(filter(None, parts)) or NOT_YET


def foretold(draft: Draft, incident: Incident, now: datetime) -> Foretold:
    """The fact that the draft would become if it were given now. Its times must be aware."""
    owner, by = incident.owner or draft.by.strip() or None, draft.by.strip() or NOT_YET
    match draft.command:
        case "update":
            told = Update(doing=draft.doing, expect=draft.expect, next_by=draft.next_by)
            after = _after(incident, _working(incident), owner, last_update=told)
            return IncidentUpdated(incident=after, by=by, update=told)
        case "ask":
            asked = Question(text=draft.question, asked_at=now)
            after = _after(incident, IncidentStatus.WAITING, owner, question=asked)
            return CustomerAsked(incident=after, by=by)
        case "estimate":
            given = Estimate(fixed_by=draft.fixed_by or now, reason=draft.reason, given_at=now)
            after = _after(incident, _working(incident), owner, estimate=given)
            return EstimateGiven(incident=after, by=by, previous=incident.estimate)
        case "workaround":
            waits = incident.status is IncidentStatus.WAITING
            status = incident.status if waits else IncidentStatus.WORKAROUND
            return WorkaroundGiven(incident=_after(incident, status, owner, workaround=draft.text), by=by)
        case "resolve":
            how = Resolution(cause=draft.cause, done=draft.done, checked=draft.checks)
            after = _after(incident, IncidentStatus.RESOLVED, owner, resolution=how, resolved_at=now)
            return IncidentResolved(incident=after, by=by, resolution=how)


def _working(incident: Incident) -> IncidentStatus:
    """Whoever tells something has begun; an open question and a workaround stay as they are."""
    return incident.status if incident.status in _HALTED else IncidentStatus.IN_PROGRESS


def _after(incident: Incident, status: IncidentStatus, owner: str | None, **changes: object) -> Incident:
    return incident.model_copy(update={"status": status, "owner": owner, **changes})
