"""What the charter promises about an incident, in words that are kept with it.

An incident is served to its end under the words that held when it was opened, or when its priority or level last
changed. So they are kept with the fact that set them, the working hours included: whoever counts again, years later and
without that charter, comes to the same dates.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, PlainSerializer, TypeAdapter, model_validator

from candor_common.charter import Charter, Goal
from candor_common.charter.goals import LevelTurns
from candor_common.events import Level, Priority, PromiseKind, Value
from candor_common.working_time import ALWAYS_OPEN, Calendar, Target, Unit, Window, Windows

YEARS_KEPT = 3
"""Holidays and other dates of a calendar are kept for the year of the opening and so many in all."""
_LENGTH = TypeAdapter(timedelta)
_CLOCK = "always"
_WITH_TARGET = (
    PromiseKind.FIRST_RESPONSE,
    PromiseKind.RESOLUTION,
    PromiseKind.NEXT_UPDATE,
    PromiseKind.NEXT_REPLY,
)


def _target(value: object) -> object:
    """Versions before calendars kept lengths of clock time."""
    return _parsed(value) if isinstance(value, str) else value


@lru_cache(maxsize=1024)
def _parsed(spelled: str) -> Target:
    if spelled.startswith("P"):
        return Target(_LENGTH.validate_python(spelled) // timedelta(seconds=1), Unit.SECONDS)
    return Target.parse(spelled)


KeptTarget = Annotated[Target, BeforeValidator(_target), PlainSerializer(str)]
KeptTurns = tuple[tuple[Level, KeptTarget], ...]


class Hours(Value):
    """A calendar of the charter, as small as it can be: the dates of a few years only."""

    name: str
    zone: str
    week: tuple[tuple[str, ...], ...] = ()
    """The windows of each day, Monday first, as the charter spells them; nothing when it is always open."""
    closed: tuple[date, ...] = ()
    extra: tuple[tuple[date, tuple[str, ...]], ...] = ()

    @classmethod
    def of(cls, name: str, calendar: Calendar, since: date) -> Self:
        """Dates before the year of `since` and after `YEARS_KEPT` are left out, unless there is no week without them."""
        first, last = date(since.year - 1, 12, 31), date(since.year + YEARS_KEPT - 1, 12, 31)
        whole = not any(calendar.week)

        def near(day: date) -> bool:
            return whole or first <= day <= last

        return cls(
            name=name,
            zone=calendar.zone,
            week=() if calendar.always_open else tuple(map(_spelled, calendar.week)),
            closed=tuple(filter(near, sorted(calendar.closed))),
            extra=tuple((day, _spelled(windows)) for day, windows in calendar.extra if near(day)),
        )

    @property
    def calendar(self) -> Calendar:
        """The calendar itself."""
        return _calendar(self)


class Terms(Value):
    """What the charter says about an incident of one priority and level."""

    charter_version: str
    priority: Priority
    first_response: KeptTarget | None = None
    resolution: KeptTarget | None = None
    update_every: KeptTarget
    next_reply: KeptTarget | None = None
    warnings: tuple[float, ...]
    """The shares of a promise's time after which to warn, rising; after the last one it is at risk."""
    renewals: int
    """How many promises of a next update follow one another by themselves."""
    pauses: tuple[PromiseKind, ...] = (PromiseKind.RESOLUTION, PromiseKind.ESTIMATE, PromiseKind.NEXT_UPDATE)
    """Whose clocks stand still while we wait for the customer."""
    turns: KeptTurns | None = None
    """How long after a miss which level's turn comes; nothing where none does."""
    hours: Hours | None = None
    """When working time counts; nothing where all targets are clock time."""

    @model_validator(mode="before")
    @classmethod
    def _with_one_warning(cls, given: Any) -> Any:
        """Versions before lists of warnings kept one share."""
        if isinstance(given, dict) and "warn_share" in given:
            return {**given, "warnings": (given["warn_share"],)}
        return given

    @staticmethod
    def of(charter: Charter, priority: Priority, level: Level, since: date) -> "Terms":
        """What today's charter says about an incident that was opened on a date."""
        return _terms(charter, priority, level, since.replace(month=1, day=1))

    @property
    def at_risk(self) -> float:
        """The share after which a promise is at risk."""
        return self.warnings[-1]

    def goal(self, kind: PromiseKind) -> Goal | None:
        """Within which time something is promised, and on which calendar; nothing for kinds without a target."""
        targets = {
            PromiseKind.FIRST_RESPONSE: self.first_response,
            PromiseKind.RESOLUTION: self.resolution,
            PromiseKind.NEXT_REPLY: self.next_reply,
        }
        target = targets.get(kind)
        return self._goal(target) if target else None

    @property
    def cadence(self) -> Goal:
        """The longest silence between two words."""
        return self._goal(self.update_every)

    def _goal(self, target: Target) -> Goal:
        if target.on_clock or self.hours is None:
            return Goal(target, ALWAYS_OPEN, _CLOCK)
        return Goal(target, self.hours.calendar, self.hours.name)


@lru_cache(maxsize=256)
def _terms(charter: Charter, priority: Priority, level: Level, year: date) -> Terms:
    """The same for all that are opened within a year, which begins on the date."""
    goals = {kind: charter.goal(kind, priority, level) for kind in _WITH_TARGET}
    targets = {kind: goal.target for kind, goal in goals.items() if goal}
    return Terms(
        charter_version=charter.version,
        priority=priority,
        first_response=targets.get(PromiseKind.FIRST_RESPONSE),
        resolution=targets.get(PromiseKind.RESOLUTION),
        update_every=charter.content.update_every.of(priority),
        next_reply=targets.get(PromiseKind.NEXT_REPLY),
        warnings=charter.warnings,
        renewals=charter.renewals,
        pauses=charter.pauses,
        turns=_turns(charter.content.escalate_after),
        hours=_hours(goals.values(), year),
    )


def _hours(goals: Iterable[Goal | None], since: date) -> Hours | None:
    """A level has one calendar, so whatever of its goals is working time counts on that."""
    counted = [goal for goal in goals if goal and not goal.target.on_clock]
    return Hours.of(counted[0].calendar_name, counted[0].calendar, since) if counted else None


def _turns(after: LevelTurns) -> KeptTurns | None:
    given = ((Level.L2, after.L2), (Level.L3, after.L3))
    return tuple((level, target) for level, target in given if target) or None


@lru_cache(maxsize=256)
def _calendar(hours: Hours) -> Calendar:
    if not hours.week:
        return Calendar(hours.zone, always_open=True)
    week = tuple(map(_windows, hours.week))
    extra = tuple((day, _windows(spelled)) for day, spelled in hours.extra)
    return Calendar(hours.zone, week, frozenset(hours.closed), extra)


def _spelled(windows: Windows) -> tuple[str, ...]:
    return tuple(map(str, windows))


def _windows(spelled: Iterable[str]) -> Windows:
    return tuple(map(Window.parse, spelled))
