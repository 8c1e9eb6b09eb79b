"""Half-open stretches of time: uniting them, and taking some out of others."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, TypeAlias, TypeVar

PointT = TypeVar("PointT", int, datetime)


class Interval(NamedTuple):
    """From `start` on and before `end`; both in UTC."""

    start: datetime
    end: datetime


Pause: TypeAlias = tuple[datetime, datetime]
"""During `[start, end)` the count stands still."""


def united(stretches: Iterable[tuple[PointT, PointT]]) -> list[tuple[PointT, PointT]]:
    """The same stretches in order and without overlaps; those that touch become one, empty ones go."""
    found: list[tuple[PointT, PointT]] = []
    for start, end in sorted(one for one in stretches if one[0] < one[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def without(intervals: Iterable[Interval], pauses: Sequence[Pause]) -> Iterator[Interval]:
    """What is left of intervals, in order. The pauses must be united."""
    ends = [end for _, end in pauses]
    for start, end in intervals:
        runs_from = start
        for place in range(bisect_right(ends, start), len(pauses)):
            paused, resumed = pauses[place]
            if paused >= end:
                break
            if runs_from < paused:
                yield Interval(runs_from, paused)
            runs_from = resumed
        if runs_from < end:
            yield Interval(runs_from, end)
