"""When a team works."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Self
from zoneinfo import ZoneInfo

from candor_common.working_time.intervals import united
from candor_common.working_time.window import DAY, Window, Windows

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_CLOSED_WEEK: tuple[Windows, ...] = ((),) * 7
_WHOLE_DAY = (Window(0, DAY),)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Windows of work by the clock on the wall of one place; real time passes in them.

    A window belongs to the local date on which it begins: the night shift of Saturday is gone when Saturday is
    closed, and goes on into Sunday even if that is. On a night when clocks change a window has more or less real
    time; a wall time that is skipped means the instant of the change, one that comes twice means the first.

    Raises ValueError for an unknown zone, for windows of a calendar that is always open, and when it never opens.
    """

    zone: str
    """The name of an IANA time zone. With `always_open` it is only for display."""
    week: tuple[Windows, ...] = _CLOSED_WEEK
    """Seven times the windows of a day, Monday first."""
    closed: frozenset[date] = frozenset()
    """Local dates on which nobody works, whatever the week says."""
    extra: tuple[tuple[date, Windows], ...] = ()
    """Local dates with windows of their own: make-up days, shorter days. They win over the week and `closed`."""
    always_open: bool = False
    version: str = field(init=False, repr=False, compare=False)
    """Sixteen hex digits; equal calendars have the same in every process."""

    def __post_init__(self) -> None:
        if not _is_zone(self.zone):
            raise ValueError(f"there is no time zone {self.zone[:60]!r}")
        if len(self.week) != len(WEEKDAYS) or len(dict(self.extra)) != len(self.extra):
            raise ValueError("a week has seven days, and a date is named once")
        object.__setattr__(self, "week", tuple(map(_tidy, self.week)))
        object.__setattr__(self, "extra", tuple((day, _tidy(these)) for day, these in sorted(self.extra)))
        self._refuse_nonsense()
        object.__setattr__(self, "version", self._digest())

    @classmethod
    def of(
        cls,
        zone: str,
        week: Mapping[str, Iterable[Window]],
        *,
        closed: Iterable[date] = (),
        extra: Mapping[date, Iterable[Window]] | None = None,
    ) -> Self:
        """A calendar from windows by weekday (`mon` to `sun`; a day left out is closed) and dates."""
        days = tuple(tuple(week.get(day, ())) for day in WEEKDAYS)
        dates = tuple((day, tuple(windows)) for day, windows in (extra or {}).items())
        return cls(zone, days, frozenset(closed), dates)

    def __hash__(self) -> int:
        return hash(self.version)

    @property
    def tz(self) -> ZoneInfo:
        """Its time zone."""
        return ZoneInfo(self.zone)

    def windows(self, day: date) -> Windows:
        """The windows that belong to a local date."""
        if self.always_open:
            return _WHOLE_DAY
        own = dict(self.extra).get(day)
        if own is not None:
            return own
        return () if day in self.closed else self.week[day.weekday()]

    @property
    def usual_windows(self) -> Windows:
        """The windows of a usual working day: the first of the week that is as long as `usual_day`."""
        return _usual(self)

    @property
    def usual_day(self) -> timedelta:
        """How much a business day is: the length that most working days of the week have.

        Among lengths that are as frequent it is the longest. A calendar without a week goes by its extra dates;
        one that is always open has 24 hours.
        """
        return timedelta(minutes=_minutes(self.usual_windows))

    def _refuse_nonsense(self) -> None:
        opens = any(self.week) or any(windows for _, windows in self.extra)
        if self.always_open and (opens or self.closed):
            raise ValueError("a calendar that is always open has neither windows nor closed dates")
        if not self.always_open and not opens:
            raise ValueError("the calendar never opens")

    def _digest(self) -> str:
        content = (self.zone, self.week, sorted(self.closed), self.extra, self.always_open)
        return hashlib.blake2b(repr(content).encode(), digest_size=8).hexdigest()


@lru_cache(maxsize=1024)
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=1024)
def _usual(calendar: Calendar) -> Windows:
    if calendar.always_open:
        return _WHOLE_DAY
    days = [day for day in calendar.week if day] or [windows for _, windows in calendar.extra if windows]
    counts = Counter(map(_minutes, days))
    return max(days, key=lambda day: (counts[_minutes(day)], _minutes(day)))


def _tidy(windows: Iterable[Window]) -> Windows:
    return tuple(Window(*stretch) for stretch in united((one.opens, one.closes) for one in windows))


def _minutes(windows: Windows) -> int:
    return sum(one.minutes for one in windows)


ALWAYS_OPEN = Calendar("UTC", always_open=True)
"""On which clock time is counted."""
