"""A second opinion on working time: walks along the real time in steps of five minutes and looks at a clock.

It shares no code with the library and knows only plain values. All times it is given lie on its steps.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=5)
DAY = timedelta(days=1)
Stretch = tuple[int, int]
"""Minutes after the midnight of a date."""


@dataclass
class Plan:
    """When work is done, in plain values."""

    zone: str
    week: dict[int, list[Stretch]]
    closed: set[date] = field(default_factory=set)
    extra: dict[date, list[Stretch]] = field(default_factory=dict)

    def works_at(self, wall: datetime) -> bool:
        """Whether a clock that shows this time means work."""
        minute = wall.hour * 60 + wall.minute
        today, yesterday = self._of(wall.date()), self._of(wall.date() - DAY)
        return any(start <= minute < end for start, end in today) or any(
            start <= minute + 1440 < end for start, end in yesterday
        )

    def _of(self, day: date) -> list[Stretch]:
        if day in self.extra:
            return self.extra[day]
        return [] if day in self.closed else self.week.get(day.weekday(), [])


def walk(
    plan: Plan, start: datetime, end: datetime, pauses: list[tuple[datetime, datetime]]
) -> Iterator[tuple[datetime, bool]]:
    """Each step, and whether the count runs during it. A clock that goes back is not believed until it is on."""
    zone, latest = ZoneInfo(plan.zone), datetime.min  # noqa: DTZ901 - what a wall shows has no zone
    at = start.astimezone(UTC) - 2 * DAY
    while at < end:
        latest = max(latest, at.astimezone(zone).replace(tzinfo=None))
        if at >= start:
            paused = any(since <= at < until for since, until in pauses)
            yield at, plan.works_at(latest) and not paused
        at += STEP


def elapsed(plan: Plan, start: datetime, end: datetime, pauses: list[tuple[datetime, datetime]]) -> timedelta:
    """Time in which the count runs."""
    return STEP * sum(runs for _, runs in walk(plan, start, end, pauses))


def due(
    plan: Plan, start: datetime, end: datetime, pauses: list[tuple[datetime, datetime]], steps: int
) -> datetime | None:
    """When so many steps have run; nothing when that is not before the end."""
    left = steps
    for at, runs in walk(plan, start, end, pauses):
        if runs and left <= 1:
            return at + STEP * left
        left -= runs
    return None
