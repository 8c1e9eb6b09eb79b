"""Dates that customers had been told when the priority changed: which of them no longer hold."""

from collections.abc import Collection
from datetime import datetime

from candor_common.events import BreachCause, Incident, Promise, PromiseKind, PromiseState
from candor_notifier.domain.message import Words
from candor_notifier.domain.silence import OF_WORDS

OF_THE_FIX = frozenset({PromiseKind.RESOLUTION})
"""A date that a person named doesn't move with the priority."""
_UNMOVED = "no date that the customer had been told has moved"
_OVERDUE = "the notice of what is overdue by now says it"


def told(promises: Collection[Promise], incident: Incident, now: datetime) -> tuple[Promise, ...] | None:
    """Of the open promises of an incident whose priority has changed, those whose dates its customer knows; None where
    they know none. What was counted anew before we heard of the change is left out: what it had been is lost."""
    kinds = OF_WORDS | ({PromiseKind.ESTIMATE} if incident.estimate else OF_THE_FIX)
    known = [one for one in promises if one.kind in kinds and one.running and one.due_at > now]
    kept = (one for one in known if one.target is None or one.priority is not incident.priority)
    return tuple(kept) if known else None


def moved(words: Words, as_known: Collection[Promise], kinds: Collection[PromiseKind]) -> datetime | None:
    """The date of these kinds that the customer had been told, where it no longer holds. `as_known` are the promises
    in `words.before` as they stand now."""
    told_of = [one for one in words.before or () if one.kind in kinds]
    first = min(told_of, key=lambda one: one.due_at, default=None)
    now = next((one for one in as_known if first and one.id == first.id), None)
    if first is None or now is None or now.state is not PromiseState.OPEN:
        return None
    return first.due_at if _has_moved(first, now, less_urgent=bool(words.less_urgent)) else None


def why_needless(words: Words, as_known: Collection[Promise], at: datetime) -> str | None:
    """Why a message about another priority is not sent; None when it is, and for all others."""
    if words.less_urgent is None:
        return None
    if words.before is None:
        return _UNMOVED
    if any(_is_overdue(one, at) for one in as_known):
        return _OVERDUE
    dates = (moved(words, as_known, kinds) for kinds in (OF_WORDS, OF_THE_FIX))
    return None if any(dates) or not words.before else _UNMOVED


def _has_moved(before: Promise, now: Promise, *, less_urgent: bool) -> bool:
    """Until it is heard that its time was counted anew, a date that will be later is not named again; an earlier one
    keeps what was told, too."""
    if before.target is None:
        return False
    if now.priority is before.priority:
        return less_urgent
    return now.due_at != before.due_at


def _is_overdue(promise: Promise, at: datetime) -> bool:
    """By its new time: then its breach is told, or is just being found out."""
    if promise.state is PromiseState.OPEN:
        return promise.running and promise.due_at <= at
    return promise.breach_cause is BreachCause.POLICY_CHANGE
