"""The strip of a promise: what it shows, and that it never leaves its line."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from candor_common.events import Promise, PromiseState
from candor_common.working_time import WEEKDAYS, Calendar, Window
from candor_triage.domain.strip import WIDTH, Part, Strip, strip
from tests.unit.triage.builders import NOON, after
from tests.unit.triage.promises import a_promise

OFFICE = Calendar.of("UTC", {day: [Window(540, 1080)] for day in WEEKDAYS[:5]})
"""From 9 to 18; noon is on a Tuesday."""


def parts(found: Strip) -> set[Part]:
    return {one.part for one in found.stretches}


def reach(found: Strip, part: Part) -> list[tuple[int, int]]:
    return [(one.start, one.start + one.length) for one in found.stretches if one.part is part]


def test_half_of_the_time_is_half_of_the_line() -> None:
    found = strip(a_promise(), after(minutes=30))
    assert (reach(found, Part.WORKING), reach(found, Part.AHEAD)) == ([(0, 500)], [(500, 1000)])
    assert (found.due, found.now, found.kept, found.missed) == (WIDTH, 500, None, False)


def test_a_kept_promise_ends_where_it_was_kept() -> None:
    kept = a_promise(state=PromiseState.KEPT, kept_at=after(minutes=15))
    found = strip(kept, after(hours=9))
    assert (found.kept, found.now, found.missed) == (250, None, False)
    assert Part.OVERRUN not in parts(found)


def test_a_missed_promise_overruns_its_due_time() -> None:
    found = strip(a_promise(state=PromiseState.BREACHED), after(minutes=75))
    assert found.missed
    assert reach(found, Part.OVERRUN) == [(800, 1000)]
    assert found.due == 800


def test_an_overrun_of_months_leaves_the_promise_visible() -> None:
    found = strip(a_promise(state=PromiseState.BREACHED), NOON + timedelta(days=200))
    assert reach(found, Part.OVERRUN) == [(667, 1000)]


def test_a_night_is_closed_time() -> None:
    promise = a_promise(due_at=NOON + timedelta(days=1), warn_at=NOON)
    found = strip(promise, NOON, OFFICE)
    assert reach(found, Part.AHEAD) == [(0, 250), (875, 1000)]
    assert reach(found, Part.CLOSED) == [(0, 1000)]


def test_a_pause_is_hatched_and_no_work() -> None:
    found = strip(a_promise(), after(minutes=45), pauses=[(after(minutes=15), after(minutes=30))])
    assert reach(found, Part.PAUSED) == [(250, 500)]
    assert reach(found, Part.WORKING) == [(0, 250), (500, 750)]


minutes = st.integers(-60, 60 * 24 * 40)


@given(
    st.integers(0, 60 * 24 * 30),
    minutes,
    st.sampled_from(list(PromiseState)),
    minutes,
    st.lists(st.tuples(minutes, minutes), max_size=3),
)
def test_nothing_is_drawn_beside_the_line(
    span: int,
    now: int,
    state: PromiseState,
    kept: int,
    pauses: list[tuple[int, int]],
) -> None:
    promise: Promise = a_promise(
        due_at=after(minutes=span),
        warn_at=after(minutes=span),
        state=state,
        kept_at=after(minutes=kept) if state is PromiseState.KEPT else None,
    )
    stops = [(after(minutes=one), after(minutes=other)) for one, other in pauses if one < other]
    found = strip(promise, after(minutes=now), OFFICE if span % 2 else None, stops)
    assert all(one.start >= 0 and one.length > 0 for one in found.stretches)
    assert all(one.start + one.length <= WIDTH for one in found.stretches)
    assert all(0 <= mark <= WIDTH for mark in (found.due, found.now, found.kept) if mark is not None)
