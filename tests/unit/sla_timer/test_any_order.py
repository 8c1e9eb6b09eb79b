from collections.abc import Mapping, Sequence
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from candor_common.events import Promise, PromiseAtRisk, PromiseBreached, PromiseMade, PromiseWithdrawn
from candor_sla_timer.domain.agenda import counted
from candor_sla_timer.domain.changes import PromiseFact, changes, current, due_now
from candor_sla_timer.domain.history import HistoryFact
from candor_sla_timer.domain.promises import derive
from tests.unit.sla_timer.model import Walk
from tests.unit.sla_timer.telling import Telling, at, findings, shown

WORDS = ("update", "resolution_sent", "wrote", "wrote")
TURNS = ("resolved", "reopened")
WHAT = st.sampled_from([*WORDS, *TURNS, *TURNS, "close", "tick", "tick", "tick"])
Happening = tuple[int, str, int]
HAPPENINGS = st.lists(
    st.tuples(st.integers(1, 400), WHAT, st.integers(0, 400)), max_size=14, unique_by=lambda one: one[0]
).map(sorted)


def told(happenings: Sequence[Happening]) -> Telling:
    story = Telling()
    for minute, what, next_by in happenings:
        if what == "update":
            story.update(minute, next_by=next_by)
        elif what == "close":
            story.closed(minute)
        else:
            getattr(story, what)(minute)
    return story


@settings(deadline=None)
@given(HAPPENINGS)
def test_promises_agree_with_a_model_that_walks_step_by_step(happenings: list[Happening]) -> None:
    walk = Walk()
    for one in happenings:
        walk.happen(*one)
    assert sorted(told(happenings).promises()) == walk.shown()


@settings(deadline=None)
@given(HAPPENINGS, st.data())
def test_neither_the_order_of_facts_nor_repetitions_change_promises(
    happenings: list[Happening], data: st.DataObject
) -> None:
    facts = told(happenings).facts
    repeated = data.draw(st.lists(st.sampled_from(facts)))
    assert derive(data.draw(st.permutations([*facts, *repeated]))) == derive(facts)


class Books:
    """What the service does with arriving facts and with the clock, without a database."""

    def __init__(self) -> None:
        self.history: list[HistoryFact] = []
        self.promises: dict[str, Promise] = {}
        self.emitted: list[PromiseFact] = []

    def arrive(self, facts: Sequence[HistoryFact]) -> None:
        self.history += facts
        self._take(changes(self.promises, derive(self.history)))

    def tick(self, now: datetime) -> None:
        self.arrive(findings(list(self.promises.values()), now))
        agendas, standing = counted(self.history), list(self.promises.values())
        self._take([fact for one in standing for fact in due_now(one, agendas.of(one.id), now)])

    def _take(self, facts: Sequence[PromiseFact]) -> None:
        self.emitted += facts
        self.promises = current(self.promises, facts)


def run_through(arriving: Sequence[HistoryFact], data: st.DataObject) -> Books:
    """Let facts arrive, with the scheduler looking in between at whatever time its clock says."""
    books = Books()
    for fact in arriving:
        books.arrive([fact])
        if data.draw(st.booleans()):
            books.tick(at(data.draw(st.integers(0, 500))))
    return books


@settings(deadline=None)
@given(HAPPENINGS, st.data())
def test_facts_that_arrive_late_and_in_any_order_end_in_the_same_promises(
    happenings: list[Happening], data: st.DataObject
) -> None:
    facts = [fact for fact in told(happenings).facts if fact.type != "missed"]
    books = run_through(data.draw(st.permutations([*facts, *facts])), data)
    derived = {one.id: shown(one) for one in derive(data.draw(st.permutations(books.history)))}
    assert {name: shown(books.promises[name]) for name in derived} == derived
    assert {books.promises[name].state for name in books.promises.keys() - derived.keys()} <= {"withdrawn"}


@settings(deadline=None)
@given(HAPPENINGS, st.data())
def test_the_events_tell_one_story_however_the_two_topics_overtake_each_other(
    happenings: list[Happening], data: st.DataObject
) -> None:
    facts = [fact for fact in told(happenings).facts if fact.type != "missed"]
    messages = [fact for fact in facts if fact.type == "sent"]
    changed = [fact for fact in facts if fact.type != "sent"]
    topics = data.draw(st.permutations([messages] * len(messages) + [changed] * len(changed)))
    events_make_sense(run_through([topic.pop(0) for topic in topics], data).emitted)


def events_make_sense(emitted: Sequence[PromiseFact]) -> None:
    """Versions count up from the making; one warning; one breach per date, after it and never after keeping it. One
    that was taken back, because it turned out that nothing was owed, may come true after all."""
    before: dict[str, Promise] = {}
    breaches: set[tuple[str, datetime]] = set()
    for fact in emitted:
        promise = fact.promise
        earlier = before.get(promise.id)
        assert promise.version == (earlier.version + 1 if earlier else 1)
        assert earlier is not None or isinstance(fact, PromiseMade)
        if isinstance(fact, PromiseAtRisk):
            assert earlier is not None
            assert (earlier.state, earlier.warned_at) == ("open", None)
            assert promise.warn_at <= fact.fired_at < promise.due_at
        if isinstance(fact, PromiseBreached):
            assert fact.fired_at > promise.due_at
            assert (promise.id, promise.due_at) not in breaches
            assert never_kept_by(before, promise)
            breaches.add((promise.id, promise.due_at))
        if isinstance(fact, PromiseWithdrawn):
            breaches.discard((promise.id, promise.due_at))
        before[promise.id] = promise


def never_kept_by(before: Mapping[str, Promise], promise: Promise) -> bool:
    earlier = before.get(promise.id)
    return earlier is None or earlier.state != "kept" or earlier.due_at != promise.due_at
