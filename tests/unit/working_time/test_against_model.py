"""Random calendars, pauses and starts near clock changes: the library and a step by step walk agree."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from candor_common.working_time import WEEKDAYS, Calendar, Window, add, elapsed, next_opening, part, spans
from tests.unit.working_time import model
from tests.unit.working_time.model import DAY, STEP, Plan

AROUND = {
    "Asia/Shanghai": [date(2026, 3, 8)],
    "Asia/Kathmandu": [date(2026, 3, 8)],
    "America/New_York": [date(2026, 3, 8), date(2026, 11, 1)],
    "Europe/Berlin": [date(2026, 3, 29), date(2026, 10, 25)],
    "Australia/Lord_Howe": [date(2026, 4, 5), date(2026, 10, 4)],
    "Africa/Cairo": [date(2026, 4, 24), date(2026, 10, 30)],
    "America/Havana": [date(2026, 3, 8), date(2026, 11, 1)],
    "Asia/Beirut": [date(2026, 3, 29), date(2026, 10, 25)],
    "Pacific/Apia": [date(2011, 12, 30)],
}
"""Zones and dates on which their clocks change: by an hour, by half of one, at midnight, by a whole day."""
LOOKED_AT = 6 * DAY


class Case(NamedTuple):
    plan: Plan
    start: datetime
    pauses: list[tuple[datetime, datetime]]

    @property
    def calendar(self) -> Calendar:
        return Calendar.of(
            self.plan.zone,
            {WEEKDAYS[day]: _windows(stretches) for day, stretches in self.plan.week.items()},
            closed=self.plan.closed,
            extra={day: _windows(stretches) for day, stretches in self.plan.extra.items()},
        )

    @property
    def end(self) -> datetime:
        return self.start + LOOKED_AT


def _windows(stretches: list[tuple[int, int]]) -> list[Window]:
    return [Window(*one) for one in stretches]


STRETCHES = st.lists(
    st.builds(
        lambda start, length: (start * 5, min(start * 5 + length * 5, 2880)),
        st.integers(0, 400) | st.sampled_from([0, 12, 24, 36, 264, 276, 287]),
        st.integers(1, 288) | st.sampled_from([6, 12, 24, 288]),
    ),
    max_size=3,
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    zone = draw(st.sampled_from(sorted(AROUND)))
    middle = draw(st.sampled_from(AROUND[zone]))
    near = st.integers(-3, 4).map(lambda days: middle + timedelta(days=days))
    week = draw(st.dictionaries(st.integers(0, 6), STRETCHES, max_size=7)) | {2: [(540, 1080)]}
    plan = Plan(
        zone, week, draw(st.sets(near, max_size=3)), draw(st.dictionaries(near, STRETCHES, max_size=3))
    )
    noon = datetime.combine(middle, time(12), ZoneInfo(zone)).astimezone(UTC)
    start = noon + STEP * draw(st.integers(-3 * 288, 12))
    pauses = [
        (start + STEP * since, start + STEP * (since + length))
        for since, length in draw(
            st.lists(st.tuples(st.integers(-50, 1500), st.integers(0, 600)), max_size=4)
        )
    ]
    return Case(plan, start, pauses)


@settings(max_examples=150, deadline=None)
@given(cases(), st.integers(0, 1800))
def test_a_walk_finds_the_same_due_time(case: Case, steps: int) -> None:
    walked = model.due(case.plan, case.start, case.end, case.pauses, steps)
    found = add(case.calendar, case.start, STEP * steps, case.pauses)
    assert found == walked if walked else found >= case.end


@settings(max_examples=150, deadline=None)
@given(cases(), st.integers(-20, 1700))
def test_a_walk_counts_the_same_time(case: Case, steps: int) -> None:
    end = case.start + STEP * steps
    assert elapsed(case.calendar, case.start, end, case.pauses) == model.elapsed(
        case.plan, case.start, end, case.pauses
    )


@settings(max_examples=100, deadline=None)
@given(cases())
def test_a_walk_runs_in_the_same_stretches(case: Case) -> None:
    found = spans(case.calendar, case.start, case.end, case.pauses)
    walked = [at for at, runs in model.walk(case.plan, case.start, case.end, case.pauses) if runs]
    steps = [span.start + STEP * step for span in found for step in range((span.end - span.start) // STEP)]
    assert steps == walked
    assert all(one.end < two.start for one, two in pairwise(found))


@settings(deadline=None)
@given(cases(), st.timedeltas(timedelta(microseconds=1), timedelta(days=5)))
def test_what_is_due_has_used_up_exactly_its_time(case: Case, open_time: timedelta) -> None:
    found = add(case.calendar, case.start, open_time, case.pauses)
    assert elapsed(case.calendar, case.start, found, case.pauses) == open_time
    before = found - timedelta(microseconds=1)
    assert elapsed(case.calendar, case.start, before, case.pauses) < open_time


@settings(deadline=None)
@given(cases())
def test_the_next_opening_is_the_beginning_of_the_first_stretch(case: Case) -> None:
    found = next_opening(case.calendar, case.start, case.pauses)
    stretches = spans(case.calendar, case.start, found + DAY, case.pauses)
    assert found == stretches[0].start >= case.start


@settings(deadline=None)
@given(cases(), st.floats(0, 1), st.floats(0, 1))
def test_shares_lie_between_start_and_end_in_their_order(case: Case, one: float, two: float) -> None:
    found = [part(case.calendar, case.start, case.end, share, case.pauses) for share in sorted((one, two))]
    assert case.start <= found[0] <= found[1] <= case.end
