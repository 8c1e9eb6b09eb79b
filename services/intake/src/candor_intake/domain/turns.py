"""Whether a machine that says what it said before repeats itself, or tells of a trouble that came back.

Alertmanager's firing alert has a fingerprint and a start, and may keep both when it fires again: it ends alerts that
Prometheus was too cut off to renew, and Prometheus goes on with the start it knows. Nothing else in the notification
tells the two apart. So the key of what is told alike names what it comes after: one that fires is a repeat until an end
is stored, and a return from then on.

That is looked up when the post comes in, not when it is stored. Alertmanager sends one notification of a group after the
other, and tells the end only once it has stopped trying to tell the firing: whatever comes in when the end is stored is
no retry. A post that is held up within, until its retry and even the end are stored, still has the key of that retry.
"""

from collections.abc import Mapping
from typing import TypeAlias

from candor_common.events import SignalStatus
from candor_intake.domain.fingerprint import bounded
from candor_intake.domain.inbound import Signal

LONGEST_SIGNAL_KEY = 300

Side: TypeAlias = tuple[str, bool]
"""Which trouble, and whether it is over."""


def side_of(signal: Signal) -> Side:
    """What a signal says, as it is kept. What is not over counts as firing."""
    return bounded(signal.signal_key, LONGEST_SIGNAL_KEY), signal.status is SignalStatus.RESOLVED


def key_in_turn(signal: Signal, last: Mapping[Side, str]) -> str:
    """The id by which a repeat is recognised, given the references of the last signals of each side."""
    trouble, cleared = side_of(signal)
    after = last.get((trouble, not cleared)) if signal.told_alike and signal.dedup_key else None
    return f"{signal.dedup_key}/{after}" if after else signal.dedup_key
