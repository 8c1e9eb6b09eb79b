"""Who outside hears of what, and what becomes of a delivery that failed."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from candor_common.events import CATALOGUE

TOPICS = frozenset({"incidents", "promises"})
SCHEDULE = tuple(
    timedelta(seconds=one) for one in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""The pauses after each failed attempt, as Standard Webhooks proposes; after the last one it is given up."""
JITTER = 0.1
"""How much longer a pause may be, as a part of it."""
LONG_FAILURE = timedelta(days=3)
"""A subscription is disabled when a delivery was given up and nothing was taken for so long."""
LONGEST_QUIET = timedelta(minutes=5)
_FULL_NAME = re.compile(r"candor\.(.+)\.v[0-9]+")

State = Literal["waiting", "sent", "failed"]


@dataclass(frozen=True, slots=True)
class Next:
    """What becomes of a delivery after an attempt, and of its subscription."""

    state: State
    due_at: datetime | None = None
    reason: str = ""
    disable: str = ""
    """Why the subscription is to be disabled, if so."""


def name_of(fact_type: str) -> str:
    """`candor.incident.help-asked.v1` is `incident.help_asked` to subscribers: their grammar has no hyphen."""
    found = _FULL_NAME.fullmatch(fact_type)
    return (found[1] if found else fact_type).replace("-", "_")


NAMES = tuple(name_of(fact.type) for fact in CATALOGUE if fact.topic in TOPICS)
"""Every type that can be subscribed."""
FILTERS = frozenset(NAMES) | {f"{name.partition('.')[0]}.*" for name in NAMES}


def wants(types: Collection[str], name: str) -> bool:
    """Whether a subscription with this filter hears of a type; an empty one hears of all."""
    return not types or name in types or f"{name.partition('.')[0]}.*" in types


def quiet(failures: int) -> timedelta:
    """How long nothing is sent to a destination after so many failures in a row: its breaker."""
    return min(timedelta(seconds=2 ** min(failures - 1, 10)), LONGEST_QUIET)


def put_off(attempts: int, reason: str, now: datetime, failing_since: datetime, wait: timedelta) -> Next:
    """After so many failed attempts at a delivery: the next one, or none. `wait` is what `pause` gave."""
    if attempts <= len(SCHEDULE):
        return Next("waiting", now + wait, reason)
    given_up = f"given up after {attempts} attempts; last: {reason}"
    failing = now - failing_since >= LONG_FAILURE
    why = f"nothing was taken since {failing_since:%Y-%m-%d %H:%M} UTC; last: {reason}" if failing else ""
    return Next("failed", None, given_up, why)


def pause(attempts: int, jitter: float, after: timedelta | None) -> timedelta:
    """How long to wait after so many failed attempts, at least as long as the receiver asks. `jitter` is 0 to 1."""
    planned = SCHEDULE[min(attempts, len(SCHEDULE)) - 1] * (1 + JITTER * jitter)
    return max(planned, after or timedelta())
