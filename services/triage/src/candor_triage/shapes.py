"""What the API takes and gives."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from candor_common.errors import Problem
from candor_common.events import Incident, Text
from candor_triage.domain.incident import CHARTER, SIGNAL


def _stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _a_person(name: str) -> str:
    if name.casefold() in (SIGNAL, CHARTER):
        raise ValueError(f"`{name}` is not a person")
    return name


Words = Annotated[Text, BeforeValidator(_stripped), StringConstraints(min_length=1, max_length=4000)]
Person = Annotated[
    Text,
    BeforeValidator(_stripped),
    StringConstraints(min_length=1, max_length=200),
    AfterValidator(_a_person),
]


class Command(BaseModel):
    """A command without words."""

    model_config = ConfigDict(extra="forbid")

    by: Person
    """Who gives it."""


class UpdateCommand(Command):
    """Words for the customer. Without `next_by` the charter says when the next word is due."""

    doing: Words
    expect: Words
    next_by: AwareDatetime | None = None


class ResolveCommand(Command):
    """How it was ended, in words for the customer."""

    cause: Words
    done: Words
    checked: Words


class Wanted(BaseModel):
    """Which incidents to list; repeat a parameter to name more than one value."""

    model_config = ConfigDict(extra="forbid")

    status: list[Literal["open", "in_progress", "resolved", "closed"]] = []
    priority: list[Literal["P1", "P2", "P3", "P4"]] = []
    lane: list[Literal["emergency", "vip", "standard"]] = []
    team: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")] | None = None
    cursor: Annotated[str, StringConstraints(max_length=200)] | None = None
    limit: int = Field(50, ge=1, le=200)


class Board(BaseModel):
    """A page of incidents, the newest first; `next` is the cursor of the page behind it."""

    incidents: list[Incident]
    next: str | None


class Line(BaseModel):
    """One line of an incident's history, in words for the team."""

    at: datetime
    kind: str
    actor: str
    text: str


class IncidentView(BaseModel):
    """An incident, the commands that it would take now, and the last 500 lines of its history, oldest first."""

    incident: Incident
    allowed: list[str]
    timeline: list[Line]


class RefusedProblem(Problem):
    """The incident does not take the command now; `allowed` lists what it would take."""

    allowed: list[str]


class StaleProblem(Problem):
    """Somebody changed the incident meanwhile; `version` is the one that counts now."""

    version: int
