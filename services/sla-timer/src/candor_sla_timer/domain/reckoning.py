"""When a promise is due: its clock, what its terms say, and what changed while it was open.

A change of terms counts from the beginning of the promise with all its pauses (sla.md section 5). Where the calendar
changes too, what had passed on the old one is kept. What was missed or done before the change stays as it was. Silence is
different, because it isn't measured from the opening: a shorter cadence counts from the change at the earliest, so that
nobody misses a date that nobody could know.

While the customer has the word, the date of a clock that stands is that which it would have without this wait.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from candor_common.charter import Goal
from candor_common.events import PromiseKind
from candor_common.working_time import ALWAYS_OPEN, Pause
from candor_sla_timer.domain.clock import Clock, Leg
from candor_sla_timer.domain.story import Story
from candor_sla_timer.domain.terms import Terms
from candor_sla_timer.domain.turns import Stage

FOLLOW_UPS = (PromiseKind.FOLLOW_UP, PromiseKind.IMPROVEMENT_REPLY)
"""What a survey has led to. They have an owner of their own, no level has them, and they outlive the incident."""


@dataclass(frozen=True, slots=True)
class End:
    """What puts an end to a promise, in time or too late: it was done, or nobody wants it any more."""

    at: datetime
    done: bool


@dataclass(frozen=True, slots=True)
class Vow:
    """A promise as it is given, before it is known how it ends."""

    kind: PromiseKind
    cause: str
    made_at: datetime
    start: datetime
    """From when on its time counts; earlier than it was made, for one that goes on with another."""
    given: datetime | None = None
    """The date, where a person named it."""
    stops: tuple[Pause, ...] = ()
    """When its clock stood still for reasons of its own."""
    times: int = 1
    """How many cadences it lasts."""
    renewal: int = 0
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """A promise's time, as counted."""

    clock: Clock
    due_at: datetime
    terms: Terms
    goal: Goal | None
    """Nothing where a person named the date."""
    paused_since: datetime | None = None
    """Since when its clock stands still; a promise that was due by then does not wait."""
    stages: tuple[Stage, ...] = ()
    """The changes of terms that moved it."""

    @property
    def paused(self) -> bool:
        """Whether its clock stands still now."""
        return self.paused_since is not None and self.due_at > self.paused_since

    def missed_before(self, moment: datetime) -> bool:
        """Whether it was due earlier."""
        return self.due_at < moment and not self.paused


def reckon(story: Story, vow: Vow, end: End | None) -> Count:
    """Count the time of a promise, up to its end if it has one. Raises nothing, whatever dates people name."""
    terms = story.terms_at(vow.made_at)
    pauses, paused_since = _pauses(story, vow, end, terms)
    count = _first(story, vow, terms, pauses)
    if paused_since:
        count = replace(count, paused_since=paused_since)
    if count.goal is None:
        return count
    for stage in story.stages:
        if stage.at <= vow.made_at:
            continue
        if count.missed_before(stage.at) or (end and end.at <= stage.at):
            break
        count = _under(story, vow, count, stage)
    return count


def next_vow(story: Story, vow: Vow, due_at: datetime, found_at: datetime) -> Vow:
    """What is promised when it was found out that a promise, due at a time, was missed.

    A follow-up gets as long again. The date of a next word is the first of the raster `due, due + every, …` that lies
    ahead, after an outage too.
    """
    terms, renewal = story.terms_at(found_at), vow.renewal + 1
    if vow.kind in FOLLOW_UPS and vow.given:
        again = found_at + (vow.given - vow.start)
        return replace(vow, made_at=found_at, start=found_at, given=again, renewal=renewal)
    every = terms.cadence
    first = Vow(PromiseKind.NEXT_UPDATE, vow.cause, found_at, due_at, renewal=renewal)
    pauses, _ = _pauses(story, first, None, terms)
    gone = Clock((Leg(due_at, every.calendar),), pauses).elapsed(due_at, found_at)
    return replace(first, times=gone // _open_time(every) + 1)


def _first(story: Story, vow: Vow, terms: Terms, pauses: tuple[Pause, ...]) -> Count:
    """Under the terms under which it was made."""
    if vow.given is not None:
        clock = Clock((Leg(vow.start, ALWAYS_OPEN),), pauses)
        return Count(clock, clock.after(max(vow.given - vow.start, timedelta())), terms, None)
    if vow.kind is PromiseKind.NEXT_UPDATE:
        goal = terms.cadence
        clock = Clock((Leg(vow.start, goal.calendar),), pauses)
        return Count(clock, clock.after(vow.times * _open_time(goal)), terms, goal)
    return _from_the_beginning(story, vow, Stage(vow.made_at, terms), pauses)


def _under(story: Story, vow: Vow, count: Count, stage: Stage) -> Count:
    """After the terms have changed."""
    goal = stage.terms.goal(vow.kind) if vow.kind is not PromiseKind.NEXT_UPDATE else stage.terms.cadence
    if goal is None or (goal == count.goal and stage.terms.priority is count.terms.priority):
        return count
    pauses = tuple(count.clock.pauses)
    if vow.kind is PromiseKind.NEXT_UPDATE:
        moved = _next_cadence(vow, count, stage, goal)
    else:
        moved = _from_the_beginning(story, vow, stage, pauses)
    return replace(moved, paused_since=count.paused_since, stages=(*count.stages, stage))


def _from_the_beginning(story: Story, vow: Vow, stage: Stage, pauses: tuple[Pause, ...]) -> Count:
    """The whole of the new target, less what has passed since the beginning on the calendars of the time."""
    goal = stage.terms.goal(vow.kind)
    assert goal is not None
    stages = [one for one in story.stages if one.at <= stage.at]
    goals = ((max(one.at, vow.start), one.terms.goal(vow.kind)) for one in stages)
    legs = [Leg(at, one.calendar) for at, one in goals if one]
    clock = Clock.of(legs, pauses)
    # What is left after a reopening may be nothing; no promise is due before it is made.
    due_at = max(clock.after(_open_time(goal)), vow.made_at)
    return Count(clock, due_at, stage.terms, goal)


def _next_cadence(vow: Vow, count: Count, stage: Stage, goal: Goal) -> Count:
    pauses, every = count.clock.pauses, _open_time(goal)
    whole = Clock((Leg(vow.start, goal.calendar),), pauses)
    anew = Clock.of((*count.clock.legs, Leg(stage.at, goal.calendar)), pauses)
    from_the_words = whole.after(every)
    from_the_change = Clock((Leg(stage.at, goal.calendar),), pauses).after(every)
    if from_the_words >= min(count.due_at, from_the_change):
        return Count(whole, from_the_words, stage.terms, goal)
    if from_the_change < count.due_at:
        return Count(anew, from_the_change, stage.terms, goal)
    return count


def _pauses(
    story: Story, vow: Vow, end: End | None, terms: Terms
) -> tuple[tuple[Pause, ...], datetime | None]:
    """The pauses of a promise, and since when it is paused now. What comes after its end can't change it."""
    if vow.kind not in terms.pauses:
        return vow.stops, None
    paused_since = None if end else next((one.since for one in story.waits if one.until is None), None)
    last = end.at if end else None
    waited = ((one.since, _earliest(one.until, last)) for one in story.waits)
    closed = [(since, until) for since, until in waited if until and since < until]
    # What is promised during a wait starts when the wait ends, and at the earliest when it is promised.
    begun = [(paused_since, vow.made_at)] if paused_since and paused_since < vow.made_at else []
    return (*vow.stops, *closed, *begun), paused_since


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((one for one in moments if one is not None), default=None)


def _open_time(goal: Goal) -> timedelta:
    return goal.target.open_time(goal.calendar)
