"""What the API takes and gives."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from candor_common.errors import Problem
from candor_common.events import Incident, Priority, Resolution, Text
from candor_triage.domain.life import CHARTER, SIGNAL


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
OtherReference = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9-]{1,40}$")]
TeamId = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]


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
    by_phone: bool = False
    """They were said to the customer on the phone, so that nothing is sent. They count as words that arrived."""


class ReasonCommand(Command):
    """A command that says why."""

    reason: Words


class AssignCommand(Command):
    """Who is to have it: a person, a team, or a person of a team."""

    to: Person | None = None
    team: TeamId | None = None

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.to is None and self.team is None:
            raise ValueError("name a person with `to`, a `team`, or both")
        return self


class EscalateCommand(ReasonCommand):
    """Why it needs a higher level. Without `team` it goes to the next one of the charter, without `to` to nobody yet."""

    team: TeamId | None = None
    to: Person | None = None


class HelpCommand(ReasonCommand):
    """Who is to help, and with what."""

    who: Person


class AskCommand(Command):
    """A question to the customer."""

    question: Words


class PlanCommand(Command):
    """The steps, who takes them, and when."""

    what: Words
    who: Words
    timetable: Words


class EstimateCommand(ReasonCommand):
    """When it will work again, and why then. `late` says that the time given before has passed."""

    fixed_by: AwareDatetime
    late: bool = False


class WorkaroundCommand(Command):
    """How the customer can go on, in words for them."""

    text: Words


class PriorityCommand(ReasonCommand):
    """The new priority, and why."""

    to: Literal[Priority.P1, Priority.P2, Priority.P3, Priority.P4]


class NoteCommand(Command):
    """Words for the team."""

    text: Words


class DecisionCommand(Command):
    """A decision, and why it was taken."""

    decision: Words
    reason: Words | None = None

    @property
    def text(self) -> str:
        return f"{self.decision}\nWhy: {self.reason}" if self.reason else self.decision


class LinkCommand(Command):
    """The other incident, and how it belongs to this one."""

    to: OtherReference
    kind: Literal["related", "follows", "followed_by"] = "related"


class MergeCommand(Command):
    """The incident that goes on."""

    into: OtherReference


class ResolveCommand(Command):
    """How it was ended, in words for the customer. The checks made: that it works, and that it is fast enough; or both
    in one text as `checked`."""

    cause: Words
    done: Words
    checked: Words | None = None
    checked_function: Words | None = None
    checked_performance: Words | None = None

    @model_validator(mode="after")
    def _was_checked(self) -> Self:
        parts = bool(self.checked_function or self.checked_performance)
        if parts == bool(self.checked) or (parts and self.checked_function is None):
            raise ValueError("say how it was checked: with `checked_function`, or with `checked` alone")
        return self

    @property
    def resolution(self) -> Resolution:
        parts = (self.checked, self.checked_function, self.checked_performance)
        return Resolution(cause=self.cause, done=self.done, checked="\n".join(filter(None, parts)))


Status = Literal[
    "open",
    "assigned",
    "in_progress",
    "waiting_on_customer",
    "workaround",
    "resolved",
    "verified",
    "reopened",
    "closed",
    "merged",
    "cancelled",
]


class Wanted(BaseModel):
    """Which incidents to list; repeat a parameter to name more than one value."""

    model_config = ConfigDict(extra="forbid")

    status: list[Status] = []
    priority: list[Literal["P1", "P2", "P3", "P4"]] = []
    lane: list[Literal["emergency", "vip", "standard"]] = []
    team: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")] | None = None
    owner: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")] | None = None
    unsure: bool | None = None
    """True for those whose classification a person should look at."""
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
