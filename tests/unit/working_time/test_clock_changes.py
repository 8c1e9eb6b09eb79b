"""Windows by the clock on the wall: nights, reduced days, and clocks that change."""

from datetime import UTC, date, datetime

import pytest

from candor_common.working_time import (
    WEEKDAYS,
    Calendar,
    Target,
    Window,
    add,
    due,
    elapsed,
    next_opening,
    spans,
)
from tests.unit.working_time.times import HOUR, MINUTE, OFFICE, at, in_new_york, weekly


def test_a_night_shift_belongs_to_the_date_on_which_it_begins() -> None:
    night = Window.parse("22:00-06:00")
    saturday, sunday = date(2026, 3, 7), date(2026, 3, 8)
    every = {day: [night] for day in WEEKDAYS}
    around = (at(7, 20), at(8, 20))
    assert spans(Calendar.of("Asia/Shanghai", every, closed=[sunday]), *around) == ((at(7, 22), at(8, 6)),)
    assert spans(Calendar.of("Asia/Shanghai", every, closed=[saturday]), *around) == ()


def test_a_window_of_today_and_one_of_last_night_are_not_counted_twice() -> None:
    calendar = weekly("Asia/Shanghai", sat="22:00-10:00", sun="08:00-12:00")
    assert elapsed(calendar, at(7, 0), at(9, 0)) == 14 * HOUR
    assert spans(calendar, at(7, 0), at(9, 0)) == ((at(7, 22), at(8, 12)),)


def test_a_window_may_begin_after_midnight_and_belong_to_the_night_before() -> None:
    nights = {"sat": [Window.parse("22:00-24:00"), Window.parse("25:00-30:00")]}
    assert spans(Calendar.of("Asia/Shanghai", nights), at(7, 0), at(9, 0)) == (
        (at(7, 22), at(8, 0)),
        (at(8, 1), at(8, 6)),
    )


def test_days_without_a_gap_are_one_span() -> None:
    calendar = weekly("Asia/Shanghai", **dict.fromkeys(WEEKDAYS, "00:00-24:00"))
    assert spans(calendar, at(6, 12), at(20, 12)) == ((at(6, 12), at(20, 12)),)


def test_a_reduced_day_takes_the_rest_to_the_next() -> None:
    reduced = Calendar(OFFICE.zone, OFFICE.week, extra=((date(2026, 3, 9), (Window.parse("09:00-10:00"),)),))
    assert due(reduced, at(6, 17, 30), Target.parse("8bh")) == at(10, 15, 30)


@pytest.mark.parametrize(
    ("windows", "opens", "closes"),
    [
        ("02:30-10:00", in_new_york(3, 8, 3), in_new_york(3, 8, 10)),
        ("01:00-02:30", in_new_york(3, 8, 1), in_new_york(3, 8, 3)),
        ("02:00-04:00", in_new_york(3, 8, 3), in_new_york(3, 8, 4)),
    ],
)
def test_a_wall_time_that_is_skipped_means_the_change(
    windows: str, opens: datetime, closes: datetime
) -> None:
    calendar = weekly("America/New_York", sun=windows)
    assert spans(calendar, in_new_york(3, 8, 0), in_new_york(3, 9, 0)) == ((opens, closes),)


def test_a_window_that_is_skipped_whole_has_no_time() -> None:
    calendar = weekly("America/New_York", sun="02:10-02:50")
    assert next_opening(calendar, in_new_york(3, 8, 0)) == in_new_york(3, 15, 2, 10)


@pytest.mark.parametrize(
    ("windows", "opens", "closes", "hours"),
    [
        ("01:30-10:00", in_new_york(11, 1, 1, 30), in_new_york(11, 1, 10), 9.5),
        ("00:00-01:30", in_new_york(11, 1, 0), in_new_york(11, 1, 1, 30), 1.5),
        ("00:00-02:00", in_new_york(11, 1, 0), in_new_york(11, 1, 2), 3),
    ],
)
def test_a_wall_time_that_comes_twice_means_the_first(
    windows: str, opens: datetime, closes: datetime, hours: float
) -> None:
    calendar = weekly("America/New_York", sun=windows)
    around = (in_new_york(11, 1, 0), in_new_york(11, 2, 0))
    assert spans(calendar, *around) == ((opens.astimezone(UTC), closes.astimezone(UTC)),)
    assert elapsed(calendar, *around) == HOUR * hours


def test_a_date_that_has_begun_stays_open_when_the_clock_goes_back_behind_midnight() -> None:
    island = weekly("America/St_Johns", sun="00:00-01:00")
    begun = datetime(2010, 11, 7, tzinfo=island.tz).astimezone(UTC)
    assert begun == datetime(2010, 11, 7, 2, 30, tzinfo=UTC)
    again = begun + 30 * MINUTE
    assert again.astimezone(island.tz).day == 6
    assert elapsed(island, begun - HOUR, again) == 30 * MINUTE
    assert next_opening(island, again) == again


def test_a_date_that_a_zone_leaves_out_has_no_windows() -> None:
    apia = weekly("Pacific/Apia", **dict.fromkeys(WEEKDAYS, "09:00-17:00"))
    thursday = datetime(2011, 12, 29, 16, tzinfo=apia.tz)
    assert add(apia, thursday, 2 * HOUR) == datetime(2011, 12, 31, 10, tzinfo=apia.tz)
