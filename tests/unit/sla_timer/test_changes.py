from candor_common.events import (
    PromiseBreached,
    PromiseKept,
    PromiseMade,
    PromiseState,
    PromiseWithdrawn,
)
from candor_sla_timer.domain.agenda import counted
from candor_sla_timer.domain.changes import changes, current, due_now
from candor_sla_timer.domain.promises import derive
from tests.unit.sla_timer.telling import Telling, at


def test_the_first_time_every_promise_is_made() -> None:
    facts = changes({}, derive(Telling().facts))
    assert [(type(fact), fact.promise.version) for fact in facts] == [(PromiseMade, 1), (PromiseMade, 1)]


def test_what_is_over_when_it_is_first_heard_of_is_made_and_ended() -> None:
    story = Telling()
    story.resolved(10)
    *_, made, kept = changes({}, derive(story.facts))
    assert isinstance(made, PromiseMade)
    assert (made.promise.state, made.promise.version, made.promise.kept_at) == ("open", 1, None)
    assert isinstance(kept, PromiseKept)
    assert (kept.promise.version, kept.promise.kept_at) == (2, at(10))


def test_nothing_happens_when_nothing_changes() -> None:
    derived = derive(Telling().facts)
    assert changes(current({}, changes({}, derived)), derived) == []


def test_a_warning_stays_on_record_and_counts_as_a_version() -> None:
    story = Telling()
    stored = current({}, changes({}, derive(story.facts)))
    first = next(iter(stored.values()))
    [warning] = due_now(first, counted(story.facts).of(first.id), at(45))
    stored = current(stored, [warning])
    story.tick(61)
    breach = changes(stored, derive(story.facts))[0]
    assert isinstance(breach, PromiseBreached)
    assert (breach.promise.version, breach.promise.warned_at, breach.fired_at) == (3, at(45), at(61))


def test_a_breach_that_was_wrong_is_corrected_and_its_renewal_withdrawn() -> None:
    story = Telling()
    story.tick(61)
    stored = current({}, changes({}, derive(story.facts)))
    story.update(50)
    facts = changes(stored, derive(story.facts))
    assert [type(fact) for fact in facts] == [PromiseWithdrawn, PromiseKept, PromiseMade]
    corrected = facts[1].promise
    assert (corrected.state, corrected.kept_at, corrected.breached_at) == ("kept", at(50), at(61))


def test_a_date_that_moves_makes_the_promise_anew() -> None:
    story = Telling()
    story.update(20, next_by=95)
    updated = story.facts.pop(1)
    stored = current({}, changes({}, derive(story.facts)))
    [moved] = changes(stored, derive([*story.facts, updated]))
    assert isinstance(moved, PromiseMade)
    assert (moved.promise.version, moved.promise.due_at) == (2, at(95))
    assert moved.promise.state is PromiseState.OPEN
