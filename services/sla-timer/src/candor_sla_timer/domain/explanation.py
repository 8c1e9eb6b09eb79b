"""Why a promise is due when it is: its arithmetic in words, and as a strip of working time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from candor_common.events import Promise, PromiseState, Value
from candor_sla_timer.domain.agenda import LevelTurn, agenda, warnings
from candor_sla_timer.domain.clock import Clock
from candor_sla_timer.domain.history import HistoryFact
from candor_sla_timer.domain.promises import Account, accounts
from candor_sla_timer.domain.reckoning import FOLLOW_UPS
from candor_sla_timer.domain.story import Story
from candor_sla_timer.domain.strip import Stretch, StretchKind, strip, united
from candor_sla_timer.domain.wording import KINDS, addition, length, span, when


class Explanation(Value):
    """A promise, and how it was counted. Times are in UTC; the words tell them in `zone`."""

    promise: Promise
    zone: str
    target: str | None = None
    """As the charter spells it, as `8bh`; nothing when a person named the date."""
    calendar: str | None = None
    """Nothing for time on the clock."""
    start: datetime
    warnings: tuple[datetime, ...] = ()
    """The charter's warning points; after the last one the promise is at risk."""
    turns: tuple[LevelTurn, ...] = ()
    """When which level has to look, as it was missed and is still not kept."""
    counted: timedelta
    """How much of its time has passed, until it ended or until now."""
    left: timedelta
    """How much of it is left; below zero when it was missed: then it is real time."""
    pauses: tuple[Stretch, ...] = ()
    strip: tuple[Stretch, ...] = ()
    words: tuple[str, ...]
    """The arithmetic, step by step."""
    result: str


def explain(
    history: Sequence[HistoryFact], promise: Promise, now: datetime, zone: str = "UTC"
) -> Explanation:
    """How a promise of an incident with this history was counted, as it stands at a time.

    `zone` is the one in which the words tell times where the promise counts on no calendar.
    """
    story = Story.of(history)
    found = (one for one in accounts(story) if one.promise.id == promise.id) if story else iter(())
    account = next(found, None)
    if account is None:
        return _groundless(promise, zone)
    return _explained(account, promise, now, zone)


def _groundless(promise: Promise, zone: str) -> Explanation:
    nothing = timedelta()
    result = "Withdrawn: what came to light later shows that it was never made."
    return Explanation(
        promise=promise,
        zone=zone,
        start=promise.made_at,
        counted=nothing,
        left=nothing,
        words=(),
        result=result,
    )


def _explained(account: Account, promise: Promise, now: datetime, house: str) -> Explanation:
    count, end = account.count, account.end
    goal, seen = count.goal, end.at if end else now
    clock = _until_now(account, now)
    zone = goal.calendar.zone if goal and promise.calendar else house
    late = seen > count.due_at and not count.paused
    counted = clock.elapsed(clock.start, min(seen, count.due_at) if not count.paused else seen)
    whole = count.clock.elapsed(clock.start, count.due_at)
    shown_until = seen if end or late or count.paused else count.due_at
    return Explanation(
        promise=promise,
        zone=zone,
        target=str(goal.target) if goal else None,
        calendar=promise.calendar,
        start=clock.start,
        warnings=tuple(one.at for one in warnings(account)),
        turns=agenda(account).turns,
        counted=counted,
        left=count.due_at - seen if late else whole - counted,
        pauses=tuple(_stood(clock, clock.start, max(shown_until, count.due_at))),
        strip=strip(clock, max(count.due_at, seen) if count.paused else count.due_at, shown_until),
        words=tuple(_words(account, clock, promise, zone)),
        result=_result(account, promise, clock, now, zone),
    )


def _until_now(account: Account, now: datetime) -> Clock:
    """The clock, with a pause that lasts up to now."""
    count = account.count
    if not count.paused or count.paused_since is None:
        return count.clock
    lasting = (count.paused_since, max(now, count.paused_since))
    return replace(count.clock, pauses=(*count.clock.pauses, lasting))


def _stood(clock: Clock, start: datetime, until: datetime) -> Iterator[Stretch]:
    for since, to in united(clock.pauses):
        if start < to and since < until:
            yield Stretch(since=max(since, start), until=to, kind=StretchKind.PAUSED)


def _words(account: Account, clock: Clock, promise: Promise, zone: str) -> Iterator[str]:
    count, due_at = account.count, account.count.due_at
    yield f"Times are those of {zone}."
    yield f"Promised on {when(promise.made_at, zone)}: {KINDS.get(promise.kind, promise.kind.value)} {_within(account, promise)}."
    if clock.start < promise.made_at:
        yield f"It goes on with a promise before it, so it is counted from {when(clock.start, zone)}."
    for stage in count.stages:
        yield f"On {when(stage.at, zone)} the terms became those of {stage.terms.priority.value}; what had passed is kept."
    for one in _stood(clock, clock.start, due_at):
        kept_out = replace(clock, pauses=()).elapsed(one.since, one.until)
        yield f"It stood still {span(one.since, one.until, zone)}: {length(kept_out)} that would have counted."
    if count.paused:
        return
    runs = clock.running(clock.start, due_at)
    yield f"It runs {addition(runs, zone)}."
    whole = sum((run.end - run.start for run in runs), timedelta())
    yield f"Together {length(whole)}: due {when(due_at, zone)}."
    yield f"At risk from {when(promise.warn_at, zone)} on, when {count.terms.at_risk:.0%} have passed."
    for turn in agenda(account).turns:
        yield f"As long as it isn't kept, it is {turn.level}'s turn from {when(turn.at, zone)} on."


def _within(account: Account, promise: Promise) -> str:
    goal, vow = account.count.goal, account.vow
    if vow.kind in FOLLOW_UPS:
        return "for as long again, as it was missed" if vow.renewal else "within the charter's time for it"
    if goal is None or vow.given is not None:
        return "by a date that a person named"
    target, times = str(goal.target), vow.times
    cadence = (
        f"within {target}"
        if times == 1
        else f"at the next date of every {target} after the one that was missed"
    )
    whole = length(goal.target.open_time(goal.calendar))
    if promise.calendar is None:
        return f"{cadence} ({whole} on the clock)"
    return f"{cadence} ({whole} of working time on the calendar {promise.calendar})"


def _result(account: Account, promise: Promise, clock: Clock, now: datetime, zone: str) -> str:
    due_at, end, since = account.count.due_at, account.end, account.count.paused_since
    match promise.state:
        case PromiseState.KEPT if end:
            return f"Kept on {when(end.at, zone)}, {length(clock.elapsed(end.at, due_at))} before it was used up."
        case PromiseState.WITHDRAWN if end:
            return f"Withdrawn on {when(end.at, zone)}: from then on nobody waited for it."
        case PromiseState.BREACHED if promise.breached_at:
            found = f"found out {length(promise.breached_at - due_at)} later"
            done = f"; it was done {length(end.at - due_at)} too late" if end and end.done else ""
            why = "; the change of its terms had made it due before that" if promise.breach_cause else ""
            return f"Missed: it was due {when(due_at, zone)}, {found}{done}{why}."
    if account.count.paused and since:
        left = account.count.clock.elapsed(clock.start, due_at) - clock.elapsed(clock.start, now)
        return f"It stands still since {when(since, zone)}, while the customer has the word; {length(left)} are left."
    if now > due_at:
        return f"Missed: it was due {when(due_at, zone)}, and that is about to be said."
    return f"Open: due {when(due_at, zone)}; {length(clock.elapsed(now, due_at))} are left."
