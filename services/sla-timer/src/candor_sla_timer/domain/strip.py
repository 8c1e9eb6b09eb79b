"""A promise's time as a strip: where its clock ran, stood still, or was overrun."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from itertools import islice

from pydantic import Field

from candor_common.events import Value
from candor_common.working_time import Pause
from candor_sla_timer.domain.clock import Clock

LONGEST = 500
"""Stretches in a strip. What would have more is cut: nobody reads on."""


class StretchKind(StrEnum):
    """What a clock did."""

    WORKING = "working"
    CLOSED = "closed"
    PAUSED = "paused"
    OVERRUN = "overrun"


class Stretch(Value):
    """From one instant to another, in UTC."""

    since: datetime = Field(serialization_alias="from")
    until: datetime = Field(serialization_alias="to")
    kind: StretchKind


def strip(clock: Clock, due_at: datetime, until: datetime) -> tuple[Stretch, ...]:
    """The stretches from the clock's start to an instant, without gaps; after the due time all is overrun."""
    start, last = clock.start, min(due_at, until)
    ran = [
        Stretch(since=one.start, until=one.end, kind=StretchKind.WORKING)
        for one in clock.running(start, last)
    ]
    stood = [Stretch(since=one, until=other, kind=StretchKind.PAUSED) for one, other in united(clock.pauses)]
    cut = [
        one.model_copy(update={"since": max(one.since, start), "until": min(one.until, last)})
        for one in (*ran, *stood)
        if one.since < last and start < one.until
    ]
    found = list(islice(_without_gaps(sorted(cut, key=lambda one: one.since), start, last), LONGEST))
    if last < until:
        found.append(Stretch(since=last, until=until, kind=StretchKind.OVERRUN))
    return tuple(found)


def united(pauses: Iterable[Pause]) -> list[Pause]:
    """The same pauses in order, those that overlap or touch as one."""
    found: list[Pause] = []
    for since, until in sorted(pauses):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(until, found[-1][1]))
        elif since < until:
            found.append((since, until))
    return found


def _without_gaps(stretches: Iterable[Stretch], start: datetime, last: datetime) -> Iterable[Stretch]:
    at = start
    for one in stretches:
        if at < one.since:
            yield Stretch(since=at, until=one.since, kind=StretchKind.CLOSED)
        yield one
        at = one.until
    if at < last:
        yield Stretch(since=at, until=last, kind=StretchKind.CLOSED)
