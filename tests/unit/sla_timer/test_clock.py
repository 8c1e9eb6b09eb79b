from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_common.working_time import ALWAYS_OPEN, HORIZON
from candor_sla_timer.domain.clock import Clock, Leg
from candor_sla_timer.domain.strip import strip
from tests.unit.sla_timer.cases import minutes, on
from tests.unit.working_time.vectors import calendar

OFFICE = calendar("CN-BH")
START = datetime(2026, 3, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_what_has_passed_on_one_calendar_is_kept_on_the_next() -> None:
    clock = Clock((Leg(on(10, 16), OFFICE), Leg(on(10, 20), ALWAYS_OPEN)))
    assert clock.elapsed(on(10, 16), on(10, 20)) == 2 * HOUR
    assert clock.after(2 * HOUR) == on(10, 18)
    assert clock.after(3 * HOUR) == on(10, 21)


def test_a_clock_on_the_wall_that_never_stops_counts_as_one_that_could() -> None:
    plain = Clock((Leg(START, ALWAYS_OPEN),))
    paused_before = Clock(plain.legs, ((START - 2 * HOUR, START - HOUR),))
    for share in (0.1, 0.5, 0.75):
        end = START + 5 * HOUR
        assert plain.part(START, end, share) == paused_before.part(START, end, share)
    assert plain.after(HOUR) == paused_before.after(HOUR) == START + HOUR
    assert plain.elapsed(START, START - HOUR) == paused_before.elapsed(START, START - HOUR) == timedelta()


def test_where_nothing_passes_the_warning_is_the_date_itself() -> None:
    clock = Clock((Leg(on(7, 10), OFFICE),))
    assert clock.part(on(7, 10), on(7, 12), 0.75) == on(7, 12)


def test_what_is_never_used_up_ends_at_the_horizon() -> None:
    clock = Clock((Leg(START, OFFICE),), ((START, START + 2 * HORIZON),))
    assert clock.after(HOUR) == START + HORIZON


def test_a_share_is_counted_from_when_it_was_made_also_on_a_later_leg() -> None:
    clock = Clock((Leg(on(10, 9), ALWAYS_OPEN), Leg(on(10, 12), OFFICE)))
    assert clock.part(on(10, 17), on(11, 10), 0.5) == on(10, 18)


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_a_clock_shows_what_it_was_asked_for(pause: int, count: int) -> None:
    since = on(9, 9) + minutes(pause)
    clock = Clock((Leg(on(9, 9), OFFICE), Leg(on(10, 11), calendar("CN-LUNCH"))), ((since, since + HOUR),))
    assert clock.elapsed(clock.start, clock.after(minutes(count))) == minutes(count)


@pytest.mark.parametrize(("until", "last"), [(on(6, 18, 30), "closed"), (on(9, 12), "overrun")])
def test_a_strip_shows_what_a_clock_did(until: datetime, last: str) -> None:
    clock = Clock((Leg(on(6, 17), OFFICE),), ((on(6, 17, 15), on(6, 17, 30)),))
    found = [one.kind.value for one in strip(clock, on(9, 9, 15), until)]
    assert found[:4] == ["working", "paused", "working", "closed"]
    assert found[-1] == last
