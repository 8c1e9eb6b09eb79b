"""The clock of a promise: working time on one calendar after the other, with pauses in which it stands still."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Self

from candor_common.working_time import HORIZON, Calendar, Interval, Pause, add, elapsed, spans

_NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class Leg:
    """From when on which calendar counts."""

    since: datetime
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Clock:
    """It begins with its first leg. What has passed on one leg is kept on the next: the calendar changes, not the
    time that was used (sla.md, case 17a)."""

    legs: Sequence[Leg]
    pauses: Sequence[Pause] = ()

    @classmethod
    def of(cls, legs: Iterable[Leg], pauses: Sequence[Pause] = ()) -> Self:
        """Legs in their order; one that changes nothing is left out."""
        kept: list[Leg] = []
        for leg in legs:
            if not kept or kept[-1].calendar != leg.calendar:
                kept.append(leg)
        return cls(tuple(kept), tuple(pauses))

    @property
    def start(self) -> datetime:
        """When it begins to run."""
        return self.legs[0].since

    def after(self, open_time: timedelta) -> datetime:
        """The first instant at which so much has passed; at the latest `HORIZON` after the last leg's beginning."""
        if self._is_plain:
            return self.start + open_time
        left = open_time
        for leg, following in pairwise(self.legs):
            gone = elapsed(leg.calendar, leg.since, following.since, self.pauses)
            if gone and left <= gone:
                return add(leg.calendar, leg.since, left, self.pauses)
            left -= gone
        last = self.legs[-1]
        try:
            return add(last.calendar, last.since, left, self.pauses)
        except ValueError:
            return last.since + HORIZON

    def later(self, moment: datetime, open_time: timedelta) -> datetime:
        """The first instant at which so much has passed since a moment; at the latest `HORIZON` after its leg began."""
        return self._since(moment).after(open_time)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """How much has passed between two instants; nothing when the end isn't the later one."""
        if self._is_plain:
            return max(end - start, _NOTHING)
        return sum((one.end - one.start for one in self.running(start, end)), _NOTHING)

    def part(self, start: datetime, end: datetime, share: float) -> datetime:
        """When a share of what passes between two instants has passed; the end when nothing passes."""
        if self._is_plain:
            return start + (end - start) * share if start < end else end
        whole = self.elapsed(start, end)
        return min(self._since(start).after(whole * share), end) if whole else end

    def running(self, start: datetime, end: datetime) -> list[Interval]:
        """The stretches in which it runs between two instants."""
        found: list[Interval] = []
        for leg, following in zip(self.legs, [*self.legs[1:], None], strict=True):
            since, until = max(start, leg.since), min(end, following.since) if following else end
            if since < until:
                found += spans(leg.calendar, since, min(until, since + HORIZON), self.pauses)
        return found

    def _since(self, moment: datetime) -> "Clock":
        """The same, as if it began at a later moment."""
        past = sum(leg.since <= moment for leg in self.legs)
        first = self.legs[max(past - 1, 0)]
        return Clock((Leg(moment, first.calendar), *self.legs[max(past, 1) :]), self.pauses)

    @property
    def _is_plain(self) -> bool:
        """Whether it is a clock on the wall that never stops."""
        return not self.pauses and all(leg.calendar.always_open for leg in self.legs)
