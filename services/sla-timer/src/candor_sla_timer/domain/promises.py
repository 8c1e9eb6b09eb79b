"""The promises of an incident: a pure function of its history.

Kept means done at the due time or before. What was not done by then is missed from the first instant after it; it
stays open until the scheduler has found that out, and its finding is a fact of the history like all others. So the
same facts give the same promises, in whatever order they came in and however often they are counted again.

When a fact comes in late and shows that a promise was kept although its breach was announced, the promise is kept:
it keeps `breached_at` on record as the time of the wrong announcement, and what was promised only because of the
breach is withdrawn. A date that moves, and a clock that is stopped or goes on, make the promise anew, with its next
version.

A promise is named by what made it (the event, and which renewal), so counting again finds the same one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from uuid_utils import UUID, uuid5

from candor_common.events import BreachCause, MessageKind, Promise, PromiseKind, PromiseState
from candor_sla_timer.domain.history import (
    Estimated,
    HistoryFact,
    Over,
    Reopened,
    Resolved,
    Sent,
    Verified,
    Wrote,
)
from candor_sla_timer.domain.reckoning import Count, End, Vow, next_vow, reckon
from candor_sla_timer.domain.story import Step, Story

_NAMESPACE = UUID("5b0f6d0e-6f0a-5c6e-9d55-0b8f6c1f3a77")


@dataclass(frozen=True, slots=True)
class Account:
    """A promise and how it was counted."""

    promise: Promise
    vow: Vow
    count: Count
    end: End | None


def derive(history: Sequence[HistoryFact]) -> list[Promise]:
    """All promises that were ever made about an incident, as they stand; each with version 1 and never warned of."""
    story = Story.of(history)
    return [account.promise for account in accounts(story)] if story else []


def accounts(story: Story) -> Iterator[Account]:
    """All promises about an incident, and how each was counted."""
    if story.opened.awaits_answer:
        yield from _answers(story)
        yield from _replies(story)
    yield from _resolutions(story)
    yield from _estimates(story)
    yield from _follow_ups(story)


def _answers(story: Story) -> Iterator[Account]:
    """Somebody answers, and then says the next word in time, until the customer knows that it works."""
    vow, told, reopened = _first_response(story), False, 0
    for step in story.steps:
        if isinstance(step, Reopened):
            # Told that it works, the customer waits again: the silence must not be longer than the charter says.
            vow, told, reopened = vow or _next_update(story, step), False, step.version
            continue
        if vow:
            yield from _chain(story, vow, End(step.at, done=isinstance(step, Sent)))
        told = told or _tells_the_end(story, step, reopened)
        vow = None if told else _next_update(story, step)
    if vow:
        yield from _chain(story, vow, None)


def _tells_the_end(story: Story, step: Sent | Verified | Over, reopened: int) -> bool:
    """Whether nothing is left to say: not when it was reopened before the words left."""
    if not isinstance(step, Sent):
        return True
    if step.words is not MessageKind.RESOLUTION:
        return False
    told_of = story.resolutions.get(step.cause)
    return told_of is None or told_of > reopened


def _first_response(story: Story) -> Vow | None:
    opened, kind = story.opened, PromiseKind.FIRST_RESPONSE
    return Vow(kind, opened.event_id, opened.at, opened.at) if opened.terms.goal(kind) else None


def _next_update(story: Story, step: Step) -> Vow:
    """By the date that the update named, counted from when it left; else by the charter's cadence.

    A date that was over when the words left promised nothing.
    """
    named = story.next_by.get(step.cause) if isinstance(step, Sent) else None
    given = named if named and named > step.at else None
    return Vow(PromiseKind.NEXT_UPDATE, step.event_id, step.at, step.at, given)


def _chain(story: Story, vow: Vow | None, end: End | None) -> Iterator[Account]:
    """A promise and those that follow it by themselves when it is missed, until somebody speaks."""
    while vow:
        account = _account(story, vow, end)
        yield account
        vow = _renewed(story, account)


def _renewed(story: Story, account: Account) -> Vow | None:
    """Nothing when it was not missed, when somebody spoke before that was found out, and when it is a person's turn."""
    promise, vow, end = account.promise, account.vow, account.end
    found_at = promise.breached_at
    if promise.state is not PromiseState.BREACHED or found_at is None or (end and end.at <= found_at):
        return None
    if vow.renewal >= story.terms_at(found_at).renewals:
        return None
    return next_vow(story, vow, promise.due_at, found_at)


def _replies(story: Story) -> Iterator[Account]:
    """After the first answer, the oldest words of the customer that nobody has answered. Words that open it again are
    answered by the promise that the reopening makes."""
    vow: Vow | None = None
    spoken = over = False
    for one in story.exchange:
        match one:
            case Wrote():
                vow = vow or (_next_reply(story, one) if spoken and not over else None)
                continue
            case Reopened() | Resolved():
                over = isinstance(one, Resolved)
                continue
            case Sent():
                spoken = True
            case _:
                over = True
        if vow:
            yield _account(story, vow, End(one.at, done=isinstance(one, Sent)))
        vow = None
    if vow:
        yield _account(story, vow, None)


def _next_reply(story: Story, words: Wrote) -> Vow | None:
    kind = PromiseKind.NEXT_REPLY
    at = max(words.at, story.opened.at)
    return Vow(kind, words.event_id, at, at) if story.terms_at(at).goal(kind) else None


def _resolutions(story: Story) -> Iterator[Account]:
    """It works again within the target; the time during which it was thought to work, or was closed, isn't counted.

    The first outcome is final. A reopening makes a new promise of what was left; nothing is left of a missed one.
    """
    opened, kind = story.opened, PromiseKind.RESOLUTION
    if opened.terms.goal(kind) is None:
        return
    vow = Vow(kind, opened.event_id, opened.at, opened.at)
    resolved_at: datetime | None = None
    for turn in story.turns:
        if isinstance(turn, Reopened) and resolved_at:
            stops, resolved_at = (*vow.stops, (resolved_at, turn.at)), None
            vow = replace(vow, cause=turn.event_id, made_at=turn.at, stops=stops)
        elif isinstance(turn, Resolved | Over) and resolved_at is None:
            account = _account(story, vow, End(turn.at, done=isinstance(turn, Resolved)))
            yield account
            if account.count.missed_before(turn.at):
                return
            resolved_at = turn.at
    if resolved_at is None:
        yield _account(story, vow, None)


def _estimates(story: Story) -> Iterator[Account]:
    """It works again by the date that a person named last; a date that was over when it was named promises nothing."""
    vow: Vow | None = None
    for turn in story.turns:
        if vow and isinstance(turn, Estimated | Resolved | Over):
            yield _account(story, vow, End(turn.at, done=isinstance(turn, Resolved)))
            vow = None
        if isinstance(turn, Estimated) and turn.fixed_by > turn.at:
            vow = Vow(PromiseKind.ESTIMATE, turn.event_id, turn.at, turn.at, turn.fixed_by)
    if vow:
        yield _account(story, vow, None)


def _follow_ups(story: Story) -> Iterator[Account]:
    """What an answer to a survey asked for; it outlives the incident. Missed, it is promised anew for as long as at
    first."""
    for one in story.follow_ups:
        owed = one.pledged
        vow = Vow(owed.kind, owed.follow_up_id, owed.at, owed.at, owed.due_at, owner=owed.owner)
        yield from _chain(story, vow, End(one.done_at, done=True) if one.done_at else None)


def _account(story: Story, vow: Vow, end: End | None) -> Account:
    incident_id, count = story.opened.incident_id, reckon(story, vow, end)
    name = f"{incident_id}/{vow.kind.value}/{vow.cause}/{vow.renewal}"
    promise_id = str(uuid5(_NAMESPACE, name))
    state, breached_at = _outcome(count, end, story.findings.get(promise_id, ()))
    goal, terms = count.goal, count.terms
    promise = Promise(
        id=promise_id,
        incident_id=incident_id,
        version=1,
        kind=vow.kind,
        state=state,
        running=not count.paused,
        made_at=vow.made_at,
        due_at=count.due_at,
        warn_at=count.clock.part(vow.made_at, count.due_at, terms.at_risk),
        target=goal.target.open_time(goal.calendar) if goal else None,
        calendar=goal.calendar_name if goal and not goal.target.on_clock else None,
        owner=vow.owner,
        kept_at=end.at if end and state is PromiseState.KEPT else None,
        breached_at=breached_at,
        breach_cause=_cause(count) if state is PromiseState.BREACHED else None,
        priority=terms.priority,
        charter_version=terms.charter_version,
    )
    return Account(promise, vow, count, end)


def _cause(count: Count) -> BreachCause | None:
    """Why it was missed: a change of terms by which it was due before them, or nothing but time."""
    changed_at = count.stages[-1].at if count.stages else None
    return BreachCause.POLICY_CHANGE if changed_at and count.due_at <= changed_at else None


def _outcome(
    count: Count, end: End | None, findings: Iterable[datetime]
) -> tuple[PromiseState, datetime | None]:
    announced = list(findings)
    missed = [at for at in announced if at > count.due_at and not count.paused]
    on_record = next(iter([*missed, *announced]), None)
    if end and end.at <= count.due_at:
        return (PromiseState.KEPT if end.done else PromiseState.WITHDRAWN), on_record
    return (PromiseState.BREACHED if missed else PromiseState.OPEN), on_record
