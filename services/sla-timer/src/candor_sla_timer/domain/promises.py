"""The promises of an incident: a pure function of its history.

Kept means done at the due time or before. What was not done by then is missed from the first instant after it; it
stays open until the scheduler has found that out, and its finding is a fact of the history like all others. So the
same facts give the same promises, in whatever order they came in and however often they are counted again.

When a fact comes in late and shows that a promise was kept although its breach was announced, the promise is kept:
it keeps `breached_at` on record as the time of the wrong announcement, and what was promised only because of the
breach is withdrawn. A date that moves because of a late fact makes the promise anew, with its next version.

A promise is named by what made it (the event, and which renewal), so counting again finds the same one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from candor_common.events import MessageKind, Promise, PromiseKind, PromiseState
from candor_sla_timer.domain.due import due_time, next_date
from candor_sla_timer.domain.history import Closed, HistoryFact, Reopened, Resolved, Sent
from candor_sla_timer.domain.story import Story

_NAMESPACE = UUID("5b0f6d0e-6f0a-5c6e-9d55-0b8f6c1f3a77")


@dataclass(frozen=True, slots=True)
class End:
    """What puts an end to a promise, in time or too late: it was done, or the incident was closed."""

    at: datetime
    done: bool


@dataclass(frozen=True, slots=True)
class Vow:
    """A promise as it is given, before it is known how it ends."""

    kind: PromiseKind
    cause: str
    made_at: datetime
    due_at: datetime
    target: timedelta | None
    """Nothing when a person gave the date."""
    renewal: int = 0


def derive(history: Sequence[HistoryFact]) -> list[Promise]:
    """All promises that were ever made about an incident, as they stand; each with version 1 and never warned of."""
    story = Story.of(history)
    if story is None:
        return []
    return [*(_answers(story) if story.opened.awaits_answer else ()), *_resolutions(story)]


def _answers(story: Story) -> Iterator[Promise]:
    """Somebody answers, and then says the next word in time, until the customer was told of the resolution."""
    vow, told, reopened = _first_response(story), False, 0
    for step in story.steps:
        if isinstance(step, Reopened):
            # Told that it works, the customer waits again: the silence must not be longer than the charter says.
            vow, told, reopened = vow or _next_update(story, step), False, step.version
            continue
        if vow:
            yield from _chain(story, vow, End(step.at, done=isinstance(step, Sent)))
        if isinstance(step, Closed):
            return
        told = told or _tells_the_end(story, step, reopened)
        vow = None if told else _next_update(story, step)
    if vow:
        yield from _chain(story, vow, None)


def _tells_the_end(story: Story, words: Sent, reopened: int) -> bool:
    """Whether after these words nothing is left to say: not when it was reopened before they left."""
    if words.words is not MessageKind.RESOLUTION:
        return False
    told_of = story.resolutions.get(words.cause)
    return told_of is None or told_of > reopened


def _first_response(story: Story) -> Vow | None:
    opened, target = story.opened, story.terms.first_response
    if target is None:
        return None
    due_at = due_time(opened.at, target)
    return Vow(PromiseKind.FIRST_RESPONSE, opened.event_id, opened.at, due_at, target)


def _next_update(story: Story, step: Sent | Reopened) -> Vow:
    """By the date that the update named, counted from when it left; else by the charter's cadence.

    A date that was over when the words left promised nothing.
    """
    given = story.next_by.get(step.cause) if isinstance(step, Sent) else None
    if given is not None and given > step.at:
        return Vow(PromiseKind.NEXT_UPDATE, step.event_id, step.at, given, None)
    every = story.terms.update_every
    return Vow(PromiseKind.NEXT_UPDATE, step.event_id, step.at, due_time(step.at, every), every)


def _chain(story: Story, vow: Vow, end: End | None) -> Iterator[Promise]:
    """A promise and those that follow it by themselves when it is missed, until somebody speaks."""
    for renewal in range(1, story.terms.renewals + 2):
        promise = _promise(story, vow, end)
        yield promise
        if promise.state is not PromiseState.BREACHED or promise.breached_at is None:
            return
        if end and end.at <= promise.breached_at:
            return
        vow = _renewed(story, vow, promise.breached_at, renewal)


def _renewed(story: Story, vow: Vow, found_at: datetime, renewal: int) -> Vow:
    """A new promise, made when the miss was found out; after an outage its date still lies ahead."""
    every = story.terms.update_every
    due_at = next_date(vow.due_at, every, found_at)
    return Vow(PromiseKind.NEXT_UPDATE, vow.cause, found_at, due_at, every, renewal)


def _resolutions(story: Story) -> Iterator[Promise]:
    """It works again within the target; the time during which it was thought to work isn't counted.

    The first outcome is final. A reopening makes a new promise of what was left; nothing is left of a missed one.
    """
    target, started = story.terms.resolution, story.opened
    if target is None:
        return
    resolved: datetime | None = None
    vow = _resolution(story.opened.event_id, started.at, due_time(started.at, target), target)
    spent = timedelta()
    for turn in story.turns:
        match turn:
            case Resolved():
                yield _promise(story, vow, End(turn.at, done=True))
                resolved = turn.at
            case Reopened() if resolved is not None:
                if resolved > vow.due_at:
                    return
                spent, resolved = spent + (turn.at - resolved), None
                vow = _resolution(turn.event_id, turn.at, due_time(started.at, target + spent), target)
            case Closed() if resolved is None:
                yield _promise(story, vow, End(turn.at, done=False))
                return
    if resolved is None:
        yield _promise(story, vow, None)


def _resolution(cause: str, made_at: datetime, due_at: datetime, target: timedelta) -> Vow:
    return Vow(PromiseKind.RESOLUTION, cause, made_at, due_at, target)


def _promise(story: Story, vow: Vow, end: End | None) -> Promise:
    incident_id, terms = story.opened.incident_id, story.terms
    name = f"{incident_id}/{vow.kind.value}/{vow.cause}/{vow.renewal}"
    promise_id = str(uuid5(_NAMESPACE, name))
    state, breached_at = _outcome(vow, end, story.findings.get(promise_id, ()))
    return Promise(
        id=promise_id,
        incident_id=incident_id,
        version=1,
        kind=vow.kind,
        state=state,
        made_at=vow.made_at,
        due_at=vow.due_at,
        warn_at=terms.warn_at(vow.made_at, vow.due_at),
        target=vow.target,
        kept_at=end.at if end and state is PromiseState.KEPT else None,
        breached_at=breached_at,
        priority=terms.priority,
        charter_version=terms.charter_version,
    )


def _outcome(vow: Vow, end: End | None, findings: Iterable[datetime]) -> tuple[PromiseState, datetime | None]:
    announced = list(findings)
    missed = [at for at in announced if at > vow.due_at]
    on_record = next(iter([*missed, *announced]), None)
    if end and end.at <= vow.due_at:
        return (PromiseState.KEPT if end.done else PromiseState.WITHDRAWN), on_record
    return (PromiseState.BREACHED if missed else PromiseState.OPEN), on_record
