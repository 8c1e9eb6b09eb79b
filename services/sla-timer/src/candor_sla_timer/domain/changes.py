"""From the promises as they stand in the books to those that the history gives: what has happened in between."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from candor_common.events import (
    Promise,
    PromiseAtRisk,
    PromiseBreached,
    PromiseEscalated,
    PromiseKept,
    PromiseMade,
    PromiseState,
    PromiseWithdrawn,
)
from candor_sla_timer.domain.agenda import Agenda
from candor_sla_timer.domain.moments import turns_due, warnings_due

PromiseFact = (
    PromiseMade | PromiseAtRisk | PromiseKept | PromiseBreached | PromiseEscalated | PromiseWithdrawn
)

_TOLD = ("warned_at", "warned_share", "escalated_to")
"""What was said by the clock, which is not part of what a history gives."""


def changes(stored: Mapping[str, Promise], derived: Sequence[Promise]) -> list[PromiseFact]:
    """The events that lead from one to the other, each with the promise after it and a version of its own.

    A promise that no longer follows from the history is withdrawn. What was told by the clock stays told.
    """
    names = {promise.id for promise in derived}
    groundless = [
        one for one in stored.values() if one.id not in names and one.state is not PromiseState.WITHDRAWN
    ]
    facts: list[PromiseFact] = [_fact(_next(one, state=PromiseState.WITHDRAWN)) for one in groundless]
    for promise in derived:
        facts += _made(promise) if promise.id not in stored else _changed(stored[promise.id], promise)
    return facts


def current(stored: Mapping[str, Promise], facts: Iterable[PromiseFact]) -> dict[str, Promise]:
    """The promises after some events."""
    return {**stored, **{fact.promise.id: fact.promise for fact in facts}}


def due_now(promise: Promise, agenda: Agenda, now: datetime) -> Iterator[PromiseAtRisk | PromiseEscalated]:
    """What is to be said about a promise by the clock, in order of time, each with the promise after it."""
    for point in warnings_due(promise, agenda, now):
        promise = _next(promise, warned_at=now, warned_share=point.share)
        yield PromiseAtRisk(promise=promise, fired_at=now, share=point.share, at=point.at)
    for turn in turns_due(promise, agenda, now):
        promise = _next(promise, escalated_to=turn.level)
        yield PromiseEscalated(promise=promise, level=turn.level, at=turn.at, fired_at=now)


def in_order_of_time(facts: Iterable[PromiseFact]) -> list[PromiseFact]:
    """As they should have come: warnings and breaches by the moment that they are about, others after those that they
    follow from. For what the clock has found out about several incidents at once."""
    found: list[tuple[datetime, int, PromiseFact]] = []
    moment = datetime.min.replace(tzinfo=UTC)
    for place, fact in enumerate(facts):
        match fact:
            case PromiseBreached(promise=promise):
                moment = promise.due_at
            case PromiseAtRisk(at=at) | PromiseEscalated(at=at) if at:
                moment = at
        found.append((moment, place, fact))
    return [fact for _, _, fact in sorted(found, key=lambda one: one[:2])]


def _made(promise: Promise) -> list[PromiseFact]:
    if promise.state is PromiseState.OPEN:
        return [PromiseMade(promise=promise)]
    unended = {"state": PromiseState.OPEN, "kept_at": None, "breached_at": None, "breach_cause": None}
    return [PromiseMade(promise=promise.model_copy(update=unended)), _fact(_next(promise))]


def _changed(stored: Promise, derived: Promise) -> list[PromiseFact]:
    told = {name: getattr(stored, name) for name in _TOLD}
    announced = {
        "version": stored.version,
        "breached_at": stored.breached_at,
        "breach_cause": stored.breach_cause,
    }
    if derived.model_copy(update=told | announced) == stored:
        return []
    return [_fact(derived.model_copy(update=told | {"version": stored.version + 1}))]


def _next(promise: Promise, **update: object) -> Promise:
    return promise.model_copy(update={**update, "version": promise.version + 1})


def _fact(promise: Promise) -> PromiseFact:
    match promise.state:
        case PromiseState.KEPT:
            return PromiseKept(promise=promise)
        case PromiseState.WITHDRAWN:
            return PromiseWithdrawn(promise=promise)
        case PromiseState.BREACHED if promise.breached_at is not None:
            return PromiseBreached(promise=promise, fired_at=promise.breached_at, cause=promise.breach_cause)
    return PromiseMade(promise=promise)
