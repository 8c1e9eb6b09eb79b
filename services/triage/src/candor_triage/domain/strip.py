"""The strip of a promise: its time from the making to the due time and beyond, as shares of a line. A pure value."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from candor_common.events import Promise, PromiseState
from candor_common.working_time import ALWAYS_OPEN, Calendar, Pause, spans

WIDTH = 1000
"""Units that the whole line has."""
_MOST_PARTS = 120
"""More openings than that can't be told apart on a line, so that it is drawn as if it were always open."""
_LONGEST = timedelta(days=400)


class Part(StrEnum):
    """What a stretch of time is."""

    WORKING = "working"
    AHEAD = "ahead"
    CLOSED = "closed"
    PAUSED = "paused"
    OVERRUN = "overrun"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the line, in units of `WIDTH`."""

    part: Part
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Strip:
    """A line with what passes on it, and marks: where it is due, where it is now, and how it ended."""

    stretches: tuple[Stretch, ...]
    due: int
    now: int | None
    """Nothing once the promise has ended."""
    kept: int | None
    missed: bool


def strip(
    promise: Promise, now: datetime, calendar: Calendar | None = None, pauses: Sequence[Pause] = ()
) -> Strip:
    """The strip as it is to be drawn now. Without a calendar time is clock time."""
    start, end = promise.made_at, _end(promise, now)
    line = _Line(start, max(end, promise.due_at, start + timedelta(seconds=1)))
    until = promise.kept_at or now
    missed = promise.state is PromiseState.BREACHED or (
        promise.state is PromiseState.OPEN and now > promise.due_at
    )
    open_time = _open(calendar, line, pauses)
    ended = promise.kept_at is not None or promise.state is PromiseState.WITHDRAWN
    return Strip(
        stretches=tuple(_stretches(line, promise, (until, end), (open_time, pauses))),
        due=line.at(promise.due_at),
        now=None if ended else line.at(now),
        kept=line.at(promise.kept_at) if promise.kept_at else None,
        missed=missed,
    )


@dataclass(frozen=True, slots=True)
class _Line:
    start: datetime
    end: datetime

    def at(self, moment: datetime) -> int:
        share = (moment - self.start) / (self.end - self.start)
        return round(WIDTH * min(max(share, 0.0), 1.0))

    def stretch(self, part: Part, start: datetime, end: datetime) -> Stretch | None:
        first, last = self.at(start), self.at(end)
        return Stretch(part, first, last - first) if last > first else None


def _end(promise: Promise, now: datetime) -> datetime:
    """Where the line ends: an open or missed promise runs on, but not for ever."""
    if promise.state in (PromiseState.KEPT, PromiseState.WITHDRAWN):
        return promise.kept_at or promise.due_at
    span = max(promise.due_at - promise.made_at, timedelta(minutes=1))
    return min(now, promise.due_at + span / 2)


def _open(calendar: Calendar | None, line: _Line, pauses: Sequence[Pause]) -> list[tuple[datetime, datetime]]:
    counted = calendar if calendar and line.end - line.start < _LONGEST else ALWAYS_OPEN
    found = [(one.start, one.end) for one in spans(counted, line.start, line.end, pauses)]
    if len(found) > _MOST_PARTS:
        found = [(one.start, one.end) for one in spans(ALWAYS_OPEN, line.start, line.end, pauses)]
    return found


def _stretches(
    line: _Line,
    promise: Promise,
    until_end: tuple[datetime, datetime],
    time: tuple[Iterable[tuple[datetime, datetime]], Sequence[Pause]],
) -> list[Stretch]:
    """Closed time lies below, so that what is drawn later covers it."""
    (until, end), (open_time, pauses) = until_end, time
    due = promise.due_at
    found = [line.stretch(Part.CLOSED, line.start, max(due, end))]
    found += [line.stretch(Part.PAUSED, max(one[0], line.start), min(one[1], line.end)) for one in pauses]
    for opens, closes in open_time:
        done = min(closes, until, due)
        found.append(line.stretch(Part.WORKING, opens, done))
        found.append(line.stretch(Part.AHEAD, max(opens, done), min(closes, due)))
    late = promise.state in (PromiseState.OPEN, PromiseState.BREACHED) and promise.running
    found.append(line.stretch(Part.OVERRUN, due, end) if late and end > due else None)
    return [one for one in found if one is not None]
