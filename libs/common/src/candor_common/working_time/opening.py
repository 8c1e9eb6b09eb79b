"""From windows on a wall to stretches of real time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from candor_common.working_time.calendar import Calendar
from candor_common.working_time.intervals import Interval, united
from candor_common.working_time.window import DAY

HORIZON = timedelta(days=7305)
"""Twenty years: nothing is looked for further away, so that every question is answered in bounded time."""

_YEARS = range(1900, 9000)
_ONE_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


def utc(moment: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError without a time zone, or far from all calendars."""
    if moment.tzinfo is None or moment.year not in _YEARS:
        raise ValueError(f"{moment.isoformat()} is not an instant with a time zone between 1900 and 9000")
    return moment.astimezone(UTC)


def opened(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Interval]:
    """The open stretches between two instants in UTC, in order and apart, though they may touch."""
    if start >= end:
        return
    if calendar.always_open:
        yield Interval(start, end)
        return
    day = start.astimezone(calendar.tz).date()
    # A clock that is put back over midnight shows the last date again when the next has begun.
    last = end.astimezone(calendar.tz).date() + _ONE_DAY
    while day <= last:
        for piece in _opened_on(calendar, day):
            if piece.start < end and start < piece.end:
                yield Interval(max(piece.start, start), min(piece.end, end))
        day += _ONE_DAY


@lru_cache(maxsize=16_384)
def _opened_on(calendar: Calendar, day: date) -> tuple[Interval, ...]:
    """The open stretches between the beginning of a local date and that of the next."""
    overnight = ((one.opens - DAY, one.closes - DAY) for one in calendar.windows(day - _ONE_DAY))
    own = ((one.opens, one.closes) for one in calendar.windows(day))
    walls = ((max(opens, 0), min(closes, DAY)) for opens, closes in (*overnight, *own))
    midnight, zone = datetime(day.year, day.month, day.day), calendar.tz  # noqa: DTZ001
    real = (
        Interval(*(first_shown(zone, midnight + timedelta(minutes=minute)) for minute in wall))
        for wall in united(walls)
    )
    return tuple(one for one in real if one.start < one.end)


def first_shown(zone: ZoneInfo, wall: datetime) -> datetime:
    """The first instant, in UTC, at which clocks show a naive time or have passed it."""
    late = wall.replace(tzinfo=zone).astimezone(UTC)
    if late.astimezone(zone).replace(tzinfo=None) == wall:
        return late
    early = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return _change(zone, early, late)


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """When clocks were put forward between two instants, to the second."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
