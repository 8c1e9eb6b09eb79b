"""Working time by example: units, the edges of windows, pauses and warnings."""

from datetime import UTC, datetime, timedelta

import pytest

from candor_common.working_time import (
    ALWAYS_OPEN,
    Calendar,
    Target,
    add,
    due,
    elapsed,
    next_opening,
    part,
    spans,
)
from tests.unit.working_time.times import HOUR, MOMENT, OFFICE, UNEQUAL, at, in_new_york


def test_what_goes_out_is_in_utc() -> None:
    found = due(OFFICE, at(6, 17, 30), Target.parse("1bh"))
    assert (found, found.tzinfo) == (at(9, 9, 30), UTC)
    (span,) = spans(OFFICE, at(6, 8), at(6, 20))
    assert (span.start.tzinfo, span.end.tzinfo) == (UTC, UTC)


@pytest.mark.parametrize(
    ("target", "moment"),
    [
        ("24h", at(7, 17, 30)),
        ("1d", at(7, 17, 30)),
        ("90m", at(6, 19)),
        ("45s", at(6, 17, 30) + timedelta(seconds=45)),
        ("30bm", at(6, 18)),
        ("31bm", at(9, 9, 1)),
        ("24bh", at(11, 14, 30)),
        ("1bd", at(9, 17, 30)),
        ("5bd", at(13, 17, 30)),
        ("0bh", at(6, 17, 30)),
    ],
)
def test_the_unit_says_on_which_clock_a_target_runs(target: str, moment: datetime) -> None:
    assert due(OFFICE, at(6, 17, 30), Target.parse(target)) == moment


def test_a_business_day_is_an_amount_of_time_also_where_days_are_unequal() -> None:
    assert due(UNEQUAL, at(6, 17, 30), Target.parse("1bd")) == at(9, 14, 30)


def test_a_business_day_of_a_calendar_that_is_always_open_has_real_24_hours() -> None:
    night = Calendar("America/New_York", always_open=True)
    assert due(night, in_new_york(3, 7, 22), Target.parse("1bd")) == in_new_york(3, 8, 23)


@pytest.mark.parametrize(
    "spelled", ["", "4", "bh", "4 bh", "4w", "-4h", "1.5h", "4BH", "9999999999h", "4h\n"]
)
def test_what_is_no_target_is_refused(spelled: str) -> None:
    with pytest.raises(ValueError, match="is not a whole number with one of the units"):
        Target.parse(spelled)


def test_a_target_is_printed_as_it_is_written() -> None:
    assert [str(Target.parse(one)) for one in ("30m", "8bh", "1bd")] == ["30m", "8bh", "1bd"]


def test_the_closing_instant_is_closed_and_the_one_before_is_open() -> None:
    close = at(6, 18)
    assert next_opening(OFFICE, close) == at(9, 9)
    assert next_opening(OFFICE, close - MOMENT) == close - MOMENT
    assert next_opening(OFFICE, at(6, 9)) == at(6, 9)
    assert next_opening(OFFICE, at(6, 9) - MOMENT) == at(6, 9)


def test_what_is_due_at_the_closing_instant_stays_there() -> None:
    assert add(OFFICE, at(6, 17), HOUR) == at(6, 18)
    assert add(OFFICE, at(6, 17), HOUR + MOMENT) == at(9, 9) + MOMENT


def test_what_is_due_at_the_beginning_of_a_pause_stays_there() -> None:
    pause = (at(6, 10), at(6, 12))
    assert add(OFFICE, at(6, 9), HOUR, [pause]) == at(6, 10)
    assert add(OFFICE, at(6, 9), HOUR + MOMENT, [pause]) == at(6, 12) + MOMENT


def test_no_time_at_all_is_used_up_when_it_is_open_and_not_paused() -> None:
    assert add(OFFICE, at(7, 11), timedelta(), [(at(9, 8), at(9, 10))]) == at(9, 10)
    assert add(ALWAYS_OPEN, at(7, 11), timedelta(), [(at(7, 11), at(7, 12))]) == at(7, 12)
    assert add(ALWAYS_OPEN, at(7, 12), timedelta(), [(at(7, 11), at(7, 12))]) == at(7, 12)


@pytest.mark.parametrize(
    ("pauses", "minutes"),
    [
        ([], 540),
        ([(10, 11), (10, 12)], 420),
        ([(10, 12), (11, 11.5)], 420),
        ([(11, 12), (10, 11)], 420),
        ([(8, 10), (17, 20)], 420),
        ([(12, 11), (11, 11)], 540),
        ([(0, 23)], 0),
        ([(9, 10), (10.5, 11), (17, 18)], 390),
    ],
)
def test_pauses_count_once_and_only_where_it_is_open(pauses: list[tuple[float, float]], minutes: int) -> None:
    midnight = at(6, 0)
    given = [(midnight + HOUR * start, midnight + HOUR * end) for start, end in pauses]
    assert elapsed(OFFICE, midnight, at(6, 23), given) == timedelta(minutes=minutes)


def test_a_pause_that_lasts_until_closing_leaves_nothing_of_the_day() -> None:
    pause = [(at(6, 17), at(6, 18))]
    assert next_opening(OFFICE, at(6, 17, 30), pause) == at(9, 9)
    assert add(OFFICE, at(6, 16), HOUR, pause) == at(6, 17)


def test_no_time_passes_backwards() -> None:
    assert elapsed(OFFICE, at(6, 12), at(6, 11)) == timedelta()
    assert elapsed(ALWAYS_OPEN, at(6, 12), at(6, 11)) == timedelta()
    assert spans(OFFICE, at(6, 12), at(6, 12)) == ()


def test_a_warning_lies_on_the_calendar_and_moves_with_pauses() -> None:
    start, end = at(6, 17, 30), at(9, 16, 30)
    assert part(OFFICE, start, end, 0.5) == at(9, 12, 30)
    assert part(OFFICE, start, end, 0.75) == at(9, 14, 30)
    paused = [(at(9, 10), at(9, 11))]
    assert part(OFFICE, start, end + HOUR, 0.75, iter(paused)) == at(9, 15, 30)


def test_a_promise_without_open_time_is_at_risk_when_it_is_due() -> None:
    assert part(OFFICE, at(6, 19), at(7, 12), 0.75) == at(7, 12)
    assert part(OFFICE, at(7, 12), at(6, 12), 0.75) == at(6, 12)
