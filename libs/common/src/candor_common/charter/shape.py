"""The shape of a charter file: which keys there are and what they may say.

The comments of the shipped charter explain the keys to operators; here stands what they may hold. Every
section refuses unknown keys. `explain` turns what pydantic reports into problems with line and remedy.
"""

from datetime import timedelta
from typing import Annotated, Self, TypeVar

from pydantic import Field, StrictBool, StrictInt, ValidationInfo, field_validator, model_validator

from candor_common.charter.calendars import CalendarEntry, CalendarId, calendars
from candor_common.charter.confirmations import CONFIRMATIONS
from candor_common.charter.goals import Clocks, LevelTurns, Targets, cadence_complaints, complaints
from candor_common.charter.people import PersonEntry, PersonId, TeamEntry, team_complaints
from candor_common.charter.problems import Complaint, refusal, refusals
from candor_common.charter.section import ByGrade, ByPriority, Section
from candor_common.charter.survey_texts import Scores
from candor_common.charter.texts import QuestionSection, Texts
from candor_common.charter.times import QuietHours, Shares, TargetTime
from candor_common.charter.values import (
    PAUSABLE,
    CalendarName,
    KnownCategory,
    KnownChannel,
    KnownGrade,
    KnownKind,
    KnownLane,
    KnownPausable,
    KnownPriority,
    Lasting,
    Meaning,
    Name,
    RuleName,
    Severity,
    Some,
    Span,
    TeamId,
    Word,
)
from candor_common.events import Category, Kind, Lane
from candor_common.working_time import Target

T = TypeVar("T")


class Grades(Section):
    """How bad it is, and how soon it hurts."""

    impact: KnownGrade
    urgency: KnownGrade


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
    """When, after the fix was verified, a customer is asked how it went, and what their answer leads to."""

    delay: Span = timedelta(hours=1)
    expires: Lasting = timedelta(days=28)
    at_most_every: Lasting = timedelta(days=30)
    follow_up_within: Lasting = timedelta(hours=24)
    improvement_reply_within: Lasting = timedelta(days=5)
    questions: QuestionSection = QuestionSection()
    scores: Scores | None = None
    """Nothing: the answers that Candor ships with."""


class Content(Section):
    """A whole charter file."""

    kinds: dict[KnownKind, Meaning] = {}
    categories: dict[KnownCategory, Meaning] = {}
    lanes: dict[KnownLane, Meaning] = {}
    priorities: ByGrade[ByGrade[KnownPriority]]
    calendars: dict[CalendarId, CalendarEntry] = {}
    calendar: CalendarName | None = None
    """On which working time counts where a level says nothing else."""
    targets: Targets
    update_every: ByPriority[TargetTime]
    reply_within: ByPriority[TargetTime] | None = None
    """How soon what a customer writes later on is answered. Nothing: that is not promised."""
    warnings: Shares = Field((0.75,), alias="warn_at")
    """Shares of a promise's time, rising; after the last one it is at risk."""
    pauses: tuple[KnownPausable, ...] = PAUSABLE
    """The promises whose clock stands still while we wait for the customer."""
    quiet_hours: QuietHours | None = None
    """When no survey is sent, by the customer's clock."""
    renewals: Annotated[StrictInt, Field(ge=0, le=20)] = 2
    close_after: Span = timedelta(days=7)
    reopen_within: Span | None = None
    """Nothing: until the incident is closed."""
    verify_after: Span | None = None
    """Nothing: two days, or when the incident is closed, if that is earlier."""
    confirmations: tuple[Word, ...] = CONFIRMATIONS
    """What customers say when it works; a short reply that says nothing else doesn't reopen. None: every reply does."""
    survey: SurveySection = SurveySection()
    teams: dict[Name, TeamEntry]
    people: dict[PersonId, PersonEntry] = {}
    escalate_on_breach: StrictBool = False
    escalate_after: LevelTurns = LevelTurns()
    signals: dict[Severity, Grades]
    rules: tuple[Rule, ...] = ()
    fallback: Outcome
    texts: Texts = Texts()

    @property
    def warn_at(self) -> float:
        """The share of a promise's time after which it is at risk."""
        return self.warnings[-1]

    @field_validator("targets")
    @classmethod
    def _can_be_promised(cls, value: Targets, info: ValidationInfo) -> Targets:
        clocks = _clocks(value, info)
        return _sound(value, complaints(clocks) if clocks else [])

    @field_validator("update_every", "reply_within")
    @classmethod
    def _can_be_kept_up(
        cls, value: ByPriority[Target] | None, info: ValidationInfo
    ) -> ByPriority[Target] | None:
        clocks = _clocks(info.data.get("targets"), info)
        return _sound(value, cadence_complaints(clocks, value) if clocks and value else [])

    @field_validator("reopen_within", "verify_after")
    @classmethod
    def _not_after_the_end(cls, value: timedelta | None, info: ValidationInfo) -> timedelta | None:
        if value is not None and value > info.data.get("close_after", value):
            what = "time to reopen it" if info.field_name == "reopen_within" else "watch over the fix"
            wrong = f"the incident would be closed before the {what} is over"
            raise refusal(wrong, f"Make `{info.field_name}` at most as long as `close_after`")
        return value

    @field_validator("teams")
    @classmethod
    def _hand_on_upwards(cls, value: dict[str, TeamEntry]) -> dict[str, TeamEntry]:
        return _sound(value, list(team_complaints(value)))


def _clocks(targets: Targets | None, info: ValidationInfo) -> Clocks | None:
    """Nothing when a part that they need is wrong itself."""
    if targets is None or not {"calendars", "calendar"} <= info.data.keys():
        return None
    return Clocks(targets, calendars(info.data["calendars"]), info.data["calendar"])


def _sound(value: T, found: list[Complaint]) -> T:
    if found:
        raise refusals(found)
    return value
