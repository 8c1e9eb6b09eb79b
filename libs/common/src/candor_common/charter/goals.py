"""What is promised, per level and priority, and on which calendar it counts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

from candor_common.charter.calendars import ALWAYS
from candor_common.charter.problems import Complaint, KeyPath
from candor_common.charter.section import ByPriority, Section
from candor_common.charter.times import TargetTime
from candor_common.charter.values import CalendarName
from candor_common.events import Level, Priority
from candor_common.working_time import HORIZON, Calendar, Target, due, next_opening, spans

LEVELS = (Level.L1, Level.L2, Level.L3)

_PRIORITIES = (Priority.P1, Priority.P2, Priority.P3, Priority.P4)
_SOME_DAY = datetime(2026, 3, 2, tzinfo=UTC)
"""From which targets are tried: the Monday of a common week. A fixed one, so that a charter stays valid."""
_WEEK = timedelta(days=7)

_Path: TypeAlias = tuple[str, str, str]
"""Level, priority and key."""


class GoalEntry(Section):
    """Within which time a person answers, and within which it should be solved, from the request on."""

    first_response: TargetTime
    resolution: TargetTime


class LevelGoals(ByPriority[GoalEntry]):
    """The goals of a level, and the calendar on which its working time counts."""

    calendar: CalendarName | None = None
    """Nothing: the calendar of the charter."""


class Targets(Section):
    """Goals per level and priority. A level that is left out is as the one below."""

    L1: LevelGoals
    L2: LevelGoals | None = None
    L3: LevelGoals | None = None

    def of(self, level: Level) -> LevelGoals:
        """A level of a later version counts as L1."""
        match level:
            case Level.L3:
                return self.L3 or self.L2 or self.L1
            case Level.L2:
                return self.L2 or self.L1
        return self.L1


class LevelTurns(Section):
    """How long after a promise was missed a level's turn comes, where it is still not kept by then. Working time counts
    on the calendar of the promise. A level that is left out has no turn."""

    L2: TargetTime | None = None
    L3: TargetTime | None = None


@dataclass(frozen=True, slots=True)
class Clocks:
    """On which calendar the targets of a level count."""

    targets: Targets
    calendars: Mapping[str, Calendar]
    default: str | None

    def name(self, level: Level, target: Target) -> str | None:
        """The calendar's name; nothing when working time has none."""
        return ALWAYS if target.on_clock else self.targets.of(level).calendar or self.default

    def of(self, level: Level, target: Target) -> Calendar:
        """The calendar itself; the one that never closes when there is none."""
        return self.calendars[self.name(level, target) or ALWAYS]

    def complaint(self, level: Level, target: Target, at: KeyPath) -> Complaint | None:
        """Why a target can't be promised at a level."""
        if self.name(level, target) is None:
            wrong = f"`{target}` is working time, and no calendar says when that is"
            return Complaint(wrong, "Write `calendar:` with the name of one of your calendars", at)
        try:
            due(self.of(level, target), _SOME_DAY, target)
        except ValueError:
            wrong = f"`{target}` of its calendar are not over in {HORIZON.days // 365} years"
            return Complaint(wrong, "Write a shorter time", at)
        return None


def complaints(clocks: Clocks) -> list[Complaint]:
    """What is wrong with targets that are sound one by one. Lengths are compared at their shortest."""
    return _unusable(clocks) or [*_answers_after_the_end(clocks), *_slower(clocks)]


def cadence_complaints(clocks: Clocks, cadence: ByPriority[Target]) -> list[Complaint]:
    """What is wrong with the longest silences, which count on the calendar of whichever level has the incident."""
    found = (
        clocks.complaint(level, cadence.of(priority), (priority.value,))
        for priority in _PRIORITIES
        for level in LEVELS
    )
    return list({one.at: one for one in found if one}.values())


def _unusable(clocks: Clocks) -> list[Complaint]:
    found = (clocks.complaint(level, target, at) for level, target, at in _each(clocks.targets))
    return [one for one in found if one]


def _answers_after_the_end(clocks: Clocks) -> Iterator[Complaint]:
    for level, target, at in _each(clocks.targets):
        resolution = _at(clocks.targets, level, at).resolution
        if _longer(clocks, (level, target), (level, resolution)):
            wrong = "the first response would come after the resolution"
            yield Complaint(wrong, "Make `first_response` the shorter one", at)


def _slower(clocks: Clocks) -> Iterator[Complaint]:
    """A higher level may not be slower than the next one below that is written."""
    written = [level for level in LEVELS if getattr(clocks.targets, level)]
    for above, target, at in _each(clocks.targets):
        below = written[max(written.index(above) - 1, 0)]
        allowed = getattr(_at(clocks.targets, below, at), at[2])
        if _longer(clocks, (above, target), (below, allowed)):
            wrong, mend = f"{above} is slower than {below} here", f"Write at most the time of {below}"
            yield Complaint(wrong, mend, at)


def _longer(clocks: Clocks, one: tuple[Level, Target], other: tuple[Level, Target]) -> bool:
    first, second = (_least(clocks.of(level, target), target) for level, target in (one, other))
    return first > second


@lru_cache(maxsize=1024)
def _least(calendar: Calendar, target: Target) -> timedelta:
    """How long a target takes by the clock when it begins with an opening: the shortest that it can."""
    begun = next_opening(calendar, _SOME_DAY)
    openings = (span.start for span in spans(calendar, begun, begun + _WEEK))
    return min(due(calendar, start, target) - start for start in openings)


def _at(targets: Targets, level: Level, at: _Path) -> GoalEntry:
    return targets.of(level).of(Priority(at[1]))


def _each(targets: Targets) -> Iterator[tuple[Level, Target, _Path]]:
    for level in LEVELS:
        goals: LevelGoals | None = getattr(targets, level)
        for priority in _PRIORITIES if goals else ():
            for key in GoalEntry.model_fields:
                yield level, getattr(targets.of(level).of(priority), key), (level.value, priority.value, key)
