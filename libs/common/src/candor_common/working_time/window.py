"""A window: from when to when work is done on a local date, by the clock on the wall."""

import re
from dataclasses import dataclass
from typing import Self, TypeAlias

DAY = 1440
"""Minutes that a clock on a wall shows in a day."""

_SPELLED = re.compile(r"([0-9]{1,2}):([0-5][0-9])-([0-9]{1,2}):([0-5][0-9])")


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Half-open, in minutes after the midnight with which its date begins; more than 1440 is the next day.

    Raises ValueError for one that has no length or goes on after the next day.
    """

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= 2 * DAY:
            raise ValueError(f"{self} is no window: it opens before it closes, at the latest at 48:00")

    @classmethod
    def parse(cls, text: str) -> Self:
        """A window as people write it: `09:00-18:00`; overnight as `22:00-06:00` or `22:00-30:00`.

        Raises ValueError for anything else.
        """
        found = _SPELLED.fullmatch(text)
        if not found:
            raise ValueError(f"{text[:60]!r} is not two times of day")
        opens, closes = (int(found[at]) * 60 + int(found[at + 1]) for at in (1, 3))
        return cls(opens, closes + DAY if closes < opens else closes)

    @property
    def minutes(self) -> int:
        """Its length by the clock on the wall."""
        return self.closes - self.opens

    def __str__(self) -> str:
        overnight = self.opens < DAY < self.closes < self.opens + DAY
        return f"{_time(self.opens)}-{_time(self.closes - DAY if overnight else self.closes)}"


Windows: TypeAlias = tuple[Window, ...]
"""All windows of one date; in a calendar they are sorted and do not touch."""


def _time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
