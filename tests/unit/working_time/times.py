"""Calendars and moments that examples of working time are told with."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from candor_common.working_time import (
    WEEKDAYS,
    Calendar,
    Window,
)

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
HOUR, MINUTE, MOMENT = timedelta(hours=1), timedelta(minutes=1), timedelta(microseconds=1)


def weekly(zone: str, **windows: str) -> Calendar:
    return Calendar.of(zone, {day: [Window.parse(one)] for day, one in windows.items()})


OFFICE = weekly("Asia/Shanghai", **dict.fromkeys(WEEKDAYS[:5], "09:00-18:00"))
SHORT = weekly("Asia/Shanghai", **dict.fromkeys(WEEKDAYS[:5], "09:00-17:00"))
UNEQUAL = weekly("Asia/Shanghai", **dict.fromkeys(WEEKDAYS[:5], "09:00-18:00"), sat="09:00-12:00")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In March 2026 in Shanghai; the 6th is a Friday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


def in_new_york(month: int, day: int, hour: int, minute: int = 0, *, fold: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=NEW_YORK, fold=fold)
