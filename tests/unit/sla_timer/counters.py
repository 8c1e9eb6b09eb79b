"""What counts minutes for the walk in `stepping`: no dates ahead, only what has passed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from tests.unit.working_time.model import Plan

HORIZON = 8_640
"""Minutes that are lived through."""
WORKDAY = [(540, 720), (780, 1080)]
NIGHT = [(1320, 1800)]
PLANS: Mapping[str, Plan | None] = {
    "always": None,
    "days": Plan("America/New_York", dict.fromkeys(range(7), WORKDAY)),
    "nights": Plan("America/New_York", dict.fromkeys(range(7), NIGHT)),
}


@lru_cache(maxsize=16)
def works(name: str, start: datetime) -> Sequence[bool]:
    """Each minute from a start on, whether it is worked. A clock that goes back is not believed until it is on."""
    plan, found, latest = PLANS[name], list[bool](), datetime.min  # noqa: DTZ901 - a wall has no zone
    if plan is None:
        return [True] * HORIZON
    for minute in range(-2880, HORIZON):
        moment = start + timedelta(minutes=minute)
        latest = max(latest, moment.astimezone(ZoneInfo(plan.zone)).replace(tzinfo=None))
        found.append(plan.works_at(latest))
    return found[2880:]


class Due(Protocol):
    """Something that is due once enough minutes have passed."""

    @property
    def due(self) -> int | None: ...

    def pass_(self, minute: int) -> None: ...


@dataclass
class Counter:
    """Minutes that count, by when each of them had passed."""

    bits: Sequence[bool]
    whole: int
    log: list[int] = field(default_factory=list)
    made: int = 0

    @property
    def due(self) -> int | None:
        return max(self.log[self.whole - 1], self.made) if len(self.log) >= self.whole else None

    def pass_(self, minute: int) -> None:
        if self.bits[minute]:
            self.log.append(minute + 1)


@dataclass
class Moved:
    """Silence after a change: counted from the words, but no shorter than before or than from the change."""

    words: Counter
    before: Due
    change: Counter

    @property
    def due(self) -> int | None:
        sooner = [one.due for one in (self.before, self.change) if one.due is not None]
        return max(self.words.due, min(sooner)) if sooner and self.words.due is not None else None

    def pass_(self, minute: int) -> None:
        for one in (self.words, self.before, self.change):
            one.pass_(minute)
