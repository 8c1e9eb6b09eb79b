"""When something is to be done about a promise by the clock. Never early; late only with both times on record."""

from datetime import datetime, timedelta

from candor_common.events import Promise, PromiseState

INSTANT = timedelta(microseconds=1)
"""The smallest step of our clocks: done at the due time is in time, and a breach belongs to the instant after."""


def is_missed(promise: Promise, now: datetime) -> bool:
    return _runs(promise) and now > promise.due_at


def is_at_risk(promise: Promise, now: datetime) -> bool:
    """Whether it is time to warn: once, and not when it is too late for that."""
    return _runs(promise) and promise.warned_at is None and promise.warn_at <= now < promise.due_at


def next_moment(promise: Promise, now: datetime) -> datetime | None:
    """When the scheduler has to look at a promise again; None when it is over, and while its clock stands still."""
    if not _runs(promise):
        return None
    if promise.warned_at is None and max(promise.warn_at, now) < promise.due_at:
        return promise.warn_at
    return promise.due_at + INSTANT


def _runs(promise: Promise) -> bool:
    return promise.state is PromiseState.OPEN and promise.running
