"""The shape of a charter file: which keys there are and what they may say.

The comments of the shipped charter explain the keys to operators; here stands what they may hold. Every
section refuses unknown keys. `explain` turns what pydantic reports into problems with line and remedy.
"""

from datetime import timedelta
from typing import Annotated, Generic, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    ValidationInfo,
    field_validator,
    model_validator,
)

from candor_common.charter.problems import Complaint, refusal, refusals
from candor_common.charter.values import (
    KnownCategory,
    KnownChannel,
    KnownGrade,
    KnownKind,
    KnownLane,
    KnownLevel,
    KnownPriority,
    Lasting,
    Name,
    RuleName,
    Severity,
    Some,
    Span,
    TeamId,
    Word,
)
from candor_common.events import Category, Grade, Kind, Lane, Level, Priority

T = TypeVar("T")


class Section(BaseModel):
    """A mapping in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ByGrade(Section, Generic[T]):
    """Something for each degree of impact or urgency."""

    high: T
    medium: T
    low: T

    def of(self, grade: Grade) -> T:
        """A grade of a later version counts as high: better too early than too late."""
        found: T = getattr(self, "high" if grade is Grade.UNKNOWN else grade.value)
        return found


class ByPriority(Section, Generic[T]):
    """Something for each priority."""

    P1: T
    P2: T
    P3: T
    P4: T

    def of(self, priority: Priority) -> T:
        """A priority of a later version counts as P1: better too early than too late."""
        found: T = getattr(self, "P1" if priority is Priority.UNKNOWN else priority.value)
        return found


class Goal(Section):
    """Within which time a person answers, and within which it should be solved, from the request on."""

    first_response: Lasting
    resolution: Lasting

    @model_validator(mode="after")
    def _answer_before_the_end(self) -> Self:
        if self.first_response > self.resolution:
            wrong = "the first response would come after the resolution"
            raise refusals([Complaint(wrong, "Make `first_response` the shorter one", ("first_response",))])
        return self


class Targets(Section):
    """Goals per level and priority. A level that is left out has the goals of the one below."""

    L1: ByPriority[Goal]
    L2: ByPriority[Goal] | None = None
    L3: ByPriority[Goal] | None = None

    @model_validator(mode="after")
    def _higher_is_not_slower(self) -> Self:
        found = [*_slower("L1", self.L1, "L2", self.L2)]
        found += _slower("L2" if self.L2 else "L1", self.L2 or self.L1, "L3", self.L3)
        if found:
            raise refusals(found)
        return self

    def of(self, level: Level) -> ByPriority[Goal]:
        """A level of a later version counts as L1."""
        match level:
            case Level.L3:
                return self.L3 or self.L2 or self.L1
            case Level.L2:
                return self.L2 or self.L1
        return self.L1


def _slower(below: str, low: ByPriority[Goal], above: str, high: ByPriority[Goal] | None) -> list[Complaint]:
    return [
        Complaint(
            f"{above} is slower than {below} here", f"Write at most the time of {below}", (above, p, key)
        )
        for p in ByPriority.model_fields
        for key in Goal.model_fields
        if high and _length(high, p, key) > _length(low, p, key)
    ]


def _length(goals: ByPriority[Goal], priority: str, key: str) -> timedelta:
    length: timedelta = getattr(goals.of(Priority(priority)), key)
    return length


class Grades(Section):
    """How bad it is, and how soon it hurts."""

    impact: KnownGrade
    urgency: KnownGrade


class TeamEntry(Section):
    """A team; its id is its key."""

    name: Name
    level: KnownLevel


class Outcome(Section):
    """What a rule decides."""

    kind: KnownKind
    category: KnownCategory | None = None
    impact: KnownGrade
    urgency: KnownGrade
    team: TeamId
    lane: KnownLane = Lane.STANDARD

    @field_validator("category")
    @classmethod
    def _only_faults_have_one(cls, value: Category | None, info: ValidationInfo) -> Category | None:
        if value and info.data.get("kind", Kind.FAULT) is not Kind.FAULT:
            raise refusal("only a fault has a category", "Leave it out, or write `kind: fault`")
        return value


class Condition(Section):
    """One thing to look at; exactly one of the keys. A list matches when one of its items does.

    Words are words and never regular expressions: a pattern that backtracks takes minutes on a text that
    somebody outside has chosen, and one such mail would keep all customers waiting (ReDoS).
    """

    words: Some[Word] | None = None
    channel: Some[KnownChannel] | None = None
    severity: Some[Name] | None = None
    urgent: StrictBool | None = None
    label: Annotated[dict[str, str], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [key for key in Condition.model_fields if getattr(self, key) is not None]
        if len(given) != 1:
            wrong = f"a condition looks at one thing, not at {len(given)}"
            raise refusal(wrong, "Write one item with one of the keys " + ", ".join(Condition.model_fields))
        return self


class When(Section):
    """Matches when one of `any` does, and every one of `all`; a list that is left out asks for nothing."""

    any: tuple[Condition, ...] = ()
    all: tuple[Condition, ...] = ()

    @model_validator(mode="after")
    def _at_least_one(self) -> Self:
        if not (self.any or self.all):
            raise refusal("the rule has no condition", "Write one under `any` or `all`; see also `fallback`")
        return self


class Rule(Section):
    """One step of classification and routing."""

    name: RuleName
    when: When
    then: Outcome


class SurveySection(Section):
    """When, after the resolution, a customer is asked how it went, and how long the answer counts."""

    delay: Span = timedelta(hours=1)
    expires: Lasting = timedelta(days=28)


class Content(Section):
    """A whole charter file."""

    priorities: ByGrade[ByGrade[KnownPriority]]
    targets: Targets
    update_every: ByPriority[Lasting]
    warn_at: Annotated[StrictFloat, Field(gt=0, lt=1)] = 0.75
    renewals: Annotated[StrictInt, Field(ge=0, le=20)] = 2
    close_after: Span = timedelta(days=7)
    reopen_within: Span | None = None
    """Nothing: until the incident is closed."""
    survey: SurveySection = SurveySection()
    teams: dict[Name, TeamEntry]
    signals: dict[Severity, Grades]
    rules: tuple[Rule, ...] = ()
    fallback: Outcome

    @field_validator("reopen_within")
    @classmethod
    def _not_after_the_end(cls, value: timedelta | None, info: ValidationInfo) -> timedelta | None:
        if value is not None and value > info.data.get("close_after", value):
            wrong = "the incident would be closed before the time to reopen it is over"
            raise refusal(wrong, "Make `reopen_within` at most as long as `close_after`")
        return value
