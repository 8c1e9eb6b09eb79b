"""How much time a promise is given, and in which unit."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Self

from candor_common.working_time.calendar import Calendar


class Unit(StrEnum):
    """What one is of: clock time, which never stops, or the working time of a calendar."""

    SECONDS = "s"
    MINUTES = "m"
    HOURS = "h"
    DAYS = "d"
    BUSINESS_MINUTES = "bm"
    BUSINESS_HOURS = "bh"
    BUSINESS_DAYS = "bd"


_LENGTHS = {
    Unit.SECONDS: timedelta(seconds=1),
    Unit.MINUTES: timedelta(minutes=1),
    Unit.HOURS: timedelta(hours=1),
    Unit.DAYS: timedelta(days=1),
    Unit.BUSINESS_MINUTES: timedelta(minutes=1),
    Unit.BUSINESS_HOURS: timedelta(hours=1),
}
_CLOCK = (Unit.SECONDS, Unit.MINUTES, Unit.HOURS, Unit.DAYS)
_SPELLED = re.compile(rf"([0-9]{{1,9}})({'|'.join(Unit)})")


@dataclass(frozen=True, slots=True)
class Target:
    """So many of a unit.

    A business day is as much open time as the calendar's usual working day has (`Calendar.usual_day`): one from
    Friday 17:30 is used up on Monday 17:30 where work is from 9 to 18. Where days are unequal it is still that
    amount: on a shorter day it isn't used up, on a longer one it ends earlier than it began.
    """

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Self:
        """A target as people write it: `30m`, `4h`, `2d`, `30bm`, `8bh`, `1bd`. Raises ValueError for else."""
        found = _SPELLED.fullmatch(text)
        if not found:
            raise ValueError(f"{text[:60]!r} is not a whole number with one of the units {', '.join(Unit)}")
        return cls(int(found[1]), Unit(found[2]))

    @property
    def on_clock(self) -> bool:
        """True when it runs day and night, on whatever calendar."""
        return self.unit in _CLOCK

    def open_time(self, calendar: Calendar) -> timedelta:
        """How much open time it is on a calendar; for clock time, how much of that."""
        return self.amount * (_LENGTHS.get(self.unit) or calendar.usual_day)

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"
