"""Counting working time: when it is used up, how much of it has passed, and when it runs."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from candor_common.working_time.calendar import ALWAYS_OPEN, Calendar
from candor_common.working_time.intervals import Interval, Pause, united, without
from candor_common.working_time.opening import HORIZON, opened, utc
from candor_common.working_time.target import Target

_NOTHING = timedelta()


def due(calendar: Calendar, start: datetime, target: Target, pauses: Iterable[Pause] = ()) -> datetime:
    """When a target that is counted from `start` is used up. A target in clock time runs on no calendar.

    Raises ValueError as `add` does.
    """
    return add(_counted_on(calendar, target), start, target.open_time(calendar), pauses)


def add(calendar: Calendar, start: datetime, open_time: timedelta, pauses: Iterable[Pause] = ()) -> datetime:
    """The first instant at which so much open, unpaused time has passed since `start`.

    That may be a closing instant. With no time at all it is the first instant that is open and not paused.
    Raises ValueError for a negative time, and when it would be later than `HORIZON` after the start.
    """
    if open_time < _NOTHING:
        raise ValueError("time is counted forwards only")
    start, left = utc(start), open_time
    for piece in _running(calendar, start, start + HORIZON, pauses):
        length = piece.end - piece.start
        if left <= length:
            return piece.start + left
        left -= length
    raise ValueError(f"{open_time} from {start.isoformat()} are not used up in {HORIZON.days // 365} years")


def elapsed(calendar: Calendar, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> timedelta:
    """How much open, unpaused time lies between two instants; nothing when the end is not the later one.

    Raises ValueError when they are further apart than `HORIZON`.
    """
    start = utc(start)
    running = _running(calendar, start, _near(start, end), pauses)
    return sum((piece.end - piece.start for piece in running), _NOTHING)


def changed(  # noqa: PLR0913 - two calendars, two instants, and what `due` takes
    calendar_before: Calendar,
    calendar: Calendar,
    start: datetime,
    changed_at: datetime,
    target: Target,
    pauses: Iterable[Pause] = (),
) -> datetime:
    """When a target is used up whose calendar changes on the way: what has elapsed by then is kept.

    The rest runs on the new calendar. How long business days are is said by the calendar on which the target
    was set, the one before. What was used up before the change stays where it was; a change that is not after
    the start leaves nothing to keep. Raises ValueError as `add` does.
    """
    if utc(changed_at) <= utc(start):
        return due(calendar, start, target, pauses)
    pauses = tuple(pauses)
    before = _counted_on(calendar_before, target)
    whole = target.open_time(before)
    gone = elapsed(before, start, changed_at, pauses)
    if gone and whole <= gone:
        return add(before, start, whole, pauses)
    return add(_counted_on(calendar, target), changed_at, whole - gone, pauses)


def part(
    calendar: Calendar, start: datetime, end: datetime, share: float, pauses: Iterable[Pause] = ()
) -> datetime:
    """When a share (0 to 1) of the open time between two instants has passed; `end` when there is none.

    For warnings: they lie on the calendar and move with its pauses. Raises ValueError as `elapsed` does.
    """
    pauses = tuple(pauses)
    whole = elapsed(calendar, start, end, pauses)
    return min(add(calendar, start, whole * share, pauses), utc(end)) if whole else utc(end)


def next_opening(calendar: Calendar, moment: datetime, pauses: Iterable[Pause] = ()) -> datetime:
    """The first instant from `moment` on that is open and not paused; `moment` itself when it is.

    Raises ValueError as `add` does.
    """
    return add(calendar, moment, _NOTHING, pauses)


def spans(
    calendar: Calendar, start: datetime, end: datetime, pauses: Iterable[Pause] = ()
) -> tuple[Interval, ...]:
    """The open, unpaused stretches between two instants, as a strip would be drawn; those that touch are one.

    Raises ValueError when the instants are further apart than `HORIZON`.
    """
    start = utc(start)
    running = _running(calendar, start, _near(start, end), pauses)
    return tuple(Interval(*one) for one in united(running))


def _running(
    calendar: Calendar, start: datetime, end: datetime, pauses: Iterable[Pause]
) -> Iterator[Interval]:
    stops = united((utc(paused), utc(resumed)) for paused, resumed in pauses)
    open_time = opened(calendar, start, end)
    return without(open_time, stops) if stops else open_time


def _counted_on(calendar: Calendar, target: Target) -> Calendar:
    return ALWAYS_OPEN if target.on_clock else calendar


def _near(start: datetime, end: datetime) -> datetime:
    """The end, if that is not too far away."""
    if utc(end) - start > HORIZON:
        raise ValueError(f"{start.isoformat()} and {end.isoformat()} are too far apart to count between them")
    return utc(end)
