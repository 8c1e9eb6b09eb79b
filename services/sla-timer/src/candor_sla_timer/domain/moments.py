"""When something is to be done about a promise by the clock. Never early; late only with both times on record."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from candor_common.events import Promise, PromiseState
from candor_sla_timer.domain.agenda import Agenda, LevelTurn, WarningPoint

INSTANT = timedelta(microseconds=1)
"""The smallest step of our clocks: done at the due time is in time, and a breach belongs to the instant after."""


def is_missed(promise: Promise, now: datetime) -> bool:
    return _runs(promise) and now > promise.due_at


def warnings_due(promise: Promise, agenda: Agenda, now: datetime) -> list[WarningPoint]:
    """What it is time to warn of: each point once, and none when it is too late for that."""
    return [one for one in _ahead(promise, agenda) if one.at <= now < promise.due_at]


def turns_due(promise: Promise, agenda: Agenda, now: datetime) -> list[LevelTurn]:
    """The levels whose turn has come: each once, as long as it is still not kept."""
    return [one for one in _to_come(promise, agenda) if one.at <= now]


def next_moment(promise: Promise, agenda: Agenda, now: datetime) -> datetime | None:
    """When the scheduler has to look at a promise again; None when it is over, and while its clock stands still."""
    if promise.state is PromiseState.BREACHED:
        return min((one.at for one in _to_come(promise, agenda)), default=None)
    if not _runs(promise):
        return None
    points = (one.at for one in _ahead(promise, agenda) if max(one.at, now) < promise.due_at)
    return min(points, default=promise.due_at + INSTANT)


def _ahead(promise: Promise, agenda: Agenda) -> Sequence[WarningPoint]:
    """The points that were not told; of promises of versions before shares were kept, none once they had warned."""
    told = 1.0 if promise.warned_share is None and promise.warned_at else promise.warned_share or 0.0
    return [one for one in agenda.warnings if one.share > told] if _runs(promise) else []


def _to_come(promise: Promise, agenda: Agenda) -> Sequence[LevelTurn]:
    told = promise.escalated_to
    missed = promise.state is PromiseState.BREACHED
    return [one for one in agenda.turns if told is None or one.level > told] if missed else []


def _runs(promise: Promise) -> bool:
    return promise.state is PromiseState.OPEN and promise.running
