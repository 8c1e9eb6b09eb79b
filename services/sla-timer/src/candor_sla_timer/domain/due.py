"""From a start and a length to a date. Clock time, seven days a week; calendars and pauses will slot in here."""

from datetime import datetime, timedelta


def due_time(start: datetime, target: timedelta) -> datetime:
    """When a target that is counted from `start` is used up; real hours, also in nights when clocks change."""
    return start + target


def next_date(due_at: datetime, every: timedelta, after: datetime) -> datetime:
    """The first date of the raster `due_at`, `due_at + every`, … that lies behind `after` (and behind `due_at`)."""
    steps = max((after - due_at) // every + 1, 1)
    return due_time(due_at, every * steps)
