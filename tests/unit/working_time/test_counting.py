"""Working time by example: the edges of windows, pauses, clock changes and units."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from candor_common.working_time import (
    ALWAYS_OPEN,
    HORIZON,
    WEEKDAYS,
    Calendar,
    Target,
    Window,
    add,
    changed,
    due,
    elapsed,
    next_opening,
    part,
    spans,
)

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
HOUR, MINUTE, MOMENT = timedelta(hours=1), timedelta(minutes=1), timedelta(microseconds=1)


def _weekly(zone: str, **windows: str) -> Calendar:
    return Calendar.of(zone, {day: [Window.parse(one)] for day, one in windows.items()})


OFFICE = _weekly("Asia/Shanghai", **dict.fromkeys(WEEKDAYS[:5], "09:00-18:00"))
SHORT = _weekly("Asia/Shanghai", **dict.fromkeys(WEEKDAYS[:5], "09:00-17:00"))
UNEQUAL = _weekly("Asia/Shanghai", **dict.fromkeys(WEEKDAYS[:5], "09:00-18:00"), sat="09:00-12:00")


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    """In March 2026 in Shanghai; the 6th is a Friday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


def _in_new_york(month: int, day: int, hour: int, minute: int = 0, *, fold: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=NEW_YORK, fold=fold)


def test_what_goes_out_is_in_utc() -> None:
    found = due(OFFICE, _at(6, 17, 30), Target.parse("1bh"))
    assert (found, found.tzinfo) == (_at(9, 9, 30), UTC)
    (span,) = spans(OFFICE, _at(6, 8), _at(6, 20))
    assert (span.start.tzinfo, span.end.tzinfo) == (UTC, UTC)


@pytest.mark.parametrize(
    ("target", "at"),
    [
        ("24h", _at(7, 17, 30)),
        ("1d", _at(7, 17, 30)),
        ("90m", _at(6, 19)),
        ("45s", _at(6, 17, 30) + timedelta(seconds=45)),
        ("30bm", _at(6, 18)),
        ("31bm", _at(9, 9, 1)),
        ("24bh", _at(11, 14, 30)),
        ("1bd", _at(9, 17, 30)),
        ("5bd", _at(13, 17, 30)),
        ("0bh", _at(6, 17, 30)),
    ],
)
def test_the_unit_says_on_which_clock_a_target_runs(target: str, at: datetime) -> None:
    assert due(OFFICE, _at(6, 17, 30), Target.parse(target)) == at


def test_a_business_day_is_an_amount_of_time_also_where_days_are_unequal() -> None:
    assert due(UNEQUAL, _at(6, 17, 30), Target.parse("1bd")) == _at(9, 14, 30)


def test_a_business_day_of_a_calendar_that_is_always_open_has_real_24_hours() -> None:
    night = Calendar("America/New_York", always_open=True)
    assert due(night, _in_new_york(3, 7, 22), Target.parse("1bd")) == _in_new_york(3, 8, 23)


@pytest.mark.parametrize(
    "spelled", ["", "4", "bh", "4 bh", "4w", "-4h", "1.5h", "4BH", "9999999999h", "4h\n"]
)
def test_what_is_no_target_is_refused(spelled: str) -> None:
    with pytest.raises(ValueError, match="is not a whole number with one of the units"):
        Target.parse(spelled)


def test_a_target_is_printed_as_it_is_written() -> None:
    assert [str(Target.parse(one)) for one in ("30m", "8bh", "1bd")] == ["30m", "8bh", "1bd"]


def test_the_closing_instant_is_closed_and_the_one_before_is_open() -> None:
    close = _at(6, 18)
    assert next_opening(OFFICE, close) == _at(9, 9)
    assert next_opening(OFFICE, close - MOMENT) == close - MOMENT
    assert next_opening(OFFICE, _at(6, 9)) == _at(6, 9)
    assert next_opening(OFFICE, _at(6, 9) - MOMENT) == _at(6, 9)


def test_what_is_due_at_the_closing_instant_stays_there() -> None:
    assert add(OFFICE, _at(6, 17), HOUR) == _at(6, 18)
    assert add(OFFICE, _at(6, 17), HOUR + MOMENT) == _at(9, 9) + MOMENT


def test_what_is_due_at_the_beginning_of_a_pause_stays_there() -> None:
    pause = (_at(6, 10), _at(6, 12))
    assert add(OFFICE, _at(6, 9), HOUR, [pause]) == _at(6, 10)
    assert add(OFFICE, _at(6, 9), HOUR + MOMENT, [pause]) == _at(6, 12) + MOMENT


def test_no_time_at_all_is_used_up_when_it_is_open_and_not_paused() -> None:
    assert add(OFFICE, _at(7, 11), timedelta(), [(_at(9, 8), _at(9, 10))]) == _at(9, 10)
    assert add(ALWAYS_OPEN, _at(7, 11), timedelta(), [(_at(7, 11), _at(7, 12))]) == _at(7, 12)
    assert add(ALWAYS_OPEN, _at(7, 12), timedelta(), [(_at(7, 11), _at(7, 12))]) == _at(7, 12)


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
    midnight = _at(6, 0)
    given = [(midnight + HOUR * start, midnight + HOUR * end) for start, end in pauses]
    assert elapsed(OFFICE, midnight, _at(6, 23), given) == timedelta(minutes=minutes)


def test_a_pause_that_lasts_until_closing_leaves_nothing_of_the_day() -> None:
    pause = [(_at(6, 17), _at(6, 18))]
    assert next_opening(OFFICE, _at(6, 17, 30), pause) == _at(9, 9)
    assert add(OFFICE, _at(6, 16), HOUR, pause) == _at(6, 17)


def test_no_time_passes_backwards() -> None:
    assert elapsed(OFFICE, _at(6, 12), _at(6, 11)) == timedelta()
    assert elapsed(ALWAYS_OPEN, _at(6, 12), _at(6, 11)) == timedelta()
    assert spans(OFFICE, _at(6, 12), _at(6, 12)) == ()


def test_a_night_shift_belongs_to_the_date_on_which_it_begins() -> None:
    night = Window.parse("22:00-06:00")
    saturday, sunday = date(2026, 3, 7), date(2026, 3, 8)
    every = {day: [night] for day in WEEKDAYS}
    around = (_at(7, 20), _at(8, 20))
    assert spans(Calendar.of("Asia/Shanghai", every, closed=[sunday]), *around) == ((_at(7, 22), _at(8, 6)),)
    assert spans(Calendar.of("Asia/Shanghai", every, closed=[saturday]), *around) == ()


def test_a_window_of_today_and_one_of_last_night_are_not_counted_twice() -> None:
    calendar = _weekly("Asia/Shanghai", sat="22:00-10:00", sun="08:00-12:00")
    assert elapsed(calendar, _at(7, 0), _at(9, 0)) == 14 * HOUR
    assert spans(calendar, _at(7, 0), _at(9, 0)) == ((_at(7, 22), _at(8, 12)),)


def test_a_window_may_begin_after_midnight_and_belong_to_the_night_before() -> None:
    nights = {"sat": [Window.parse("22:00-24:00"), Window.parse("25:00-30:00")]}
    assert spans(Calendar.of("Asia/Shanghai", nights), _at(7, 0), _at(9, 0)) == (
        (_at(7, 22), _at(8, 0)),
        (_at(8, 1), _at(8, 6)),
    )


def test_days_without_a_gap_are_one_span() -> None:
    calendar = _weekly("Asia/Shanghai", **dict.fromkeys(WEEKDAYS, "00:00-24:00"))
    assert spans(calendar, _at(6, 12), _at(20, 12)) == ((_at(6, 12), _at(20, 12)),)


def test_a_reduced_day_takes_the_rest_to_the_next() -> None:
    reduced = Calendar(OFFICE.zone, OFFICE.week, extra=((date(2026, 3, 9), (Window.parse("09:00-10:00"),)),))
    assert due(reduced, _at(6, 17, 30), Target.parse("8bh")) == _at(10, 15, 30)


@pytest.mark.parametrize(
    ("windows", "opens", "closes"),
    [
        ("02:30-10:00", _in_new_york(3, 8, 3), _in_new_york(3, 8, 10)),
        ("01:00-02:30", _in_new_york(3, 8, 1), _in_new_york(3, 8, 3)),
        ("02:00-04:00", _in_new_york(3, 8, 3), _in_new_york(3, 8, 4)),
    ],
)
def test_a_wall_time_that_is_skipped_means_the_change(
    windows: str, opens: datetime, closes: datetime
) -> None:
    calendar = _weekly("America/New_York", sun=windows)
    assert spans(calendar, _in_new_york(3, 8, 0), _in_new_york(3, 9, 0)) == ((opens, closes),)


def test_a_window_that_is_skipped_whole_has_no_time() -> None:
    calendar = _weekly("America/New_York", sun="02:10-02:50")
    assert next_opening(calendar, _in_new_york(3, 8, 0)) == _in_new_york(3, 15, 2, 10)


@pytest.mark.parametrize(
    ("windows", "opens", "closes", "hours"),
    [
        ("01:30-10:00", _in_new_york(11, 1, 1, 30), _in_new_york(11, 1, 10), 9.5),
        ("00:00-01:30", _in_new_york(11, 1, 0), _in_new_york(11, 1, 1, 30), 1.5),
        ("00:00-02:00", _in_new_york(11, 1, 0), _in_new_york(11, 1, 2), 3),
    ],
)
def test_a_wall_time_that_comes_twice_means_the_first(
    windows: str, opens: datetime, closes: datetime, hours: float
) -> None:
    calendar = _weekly("America/New_York", sun=windows)
    around = (_in_new_york(11, 1, 0), _in_new_york(11, 2, 0))
    assert spans(calendar, *around) == ((opens.astimezone(UTC), closes.astimezone(UTC)),)
    assert elapsed(calendar, *around) == HOUR * hours


def test_a_date_that_has_begun_stays_open_when_the_clock_goes_back_behind_midnight() -> None:
    island = _weekly("America/St_Johns", sun="00:00-01:00")
    begun = datetime(2010, 11, 7, tzinfo=island.tz).astimezone(UTC)
    assert begun == datetime(2010, 11, 7, 2, 30, tzinfo=UTC)
    again = begun + 30 * MINUTE
    assert again.astimezone(island.tz).day == 6
    assert elapsed(island, begun - HOUR, again) == 30 * MINUTE
    assert next_opening(island, again) == again


def test_a_date_that_a_zone_leaves_out_has_no_windows() -> None:
    apia = _weekly("Pacific/Apia", **dict.fromkeys(WEEKDAYS, "09:00-17:00"))
    thursday = datetime(2011, 12, 29, 16, tzinfo=apia.tz)
    assert add(apia, thursday, 2 * HOUR) == datetime(2011, 12, 31, 10, tzinfo=apia.tz)


def test_what_has_elapsed_before_a_change_is_kept() -> None:
    found = changed(ALWAYS_OPEN, OFFICE, _at(10, 10), _at(10, 20), Target.parse("24bh"))
    assert found == _at(12, 14)


def test_a_change_behind_the_due_time_moves_nothing() -> None:
    target = Target.parse("2bh")
    for change in (_at(6, 17), _at(6, 18), _at(20, 12)):
        assert changed(OFFICE, ALWAYS_OPEN, _at(6, 15), change, target) == _at(6, 17)


def test_what_is_due_at_closing_is_not_moved_by_a_change_at_night() -> None:
    assert changed(OFFICE, SHORT, _at(6, 15), _at(7, 12), Target.parse("3bh")) == _at(6, 18)


def test_a_change_before_the_start_leaves_nothing_to_keep() -> None:
    target = Target.parse("2bh")
    for change in (_at(5, 12), _at(6, 17)):
        assert changed(ALWAYS_OPEN, OFFICE, _at(6, 17), change, target) == _at(9, 10)
    assert changed(OFFICE, SHORT, _at(9, 9), _at(9, 9), Target.parse("1bd")) == _at(9, 17)


def test_a_pause_holds_before_and_after_a_change() -> None:
    pauses = [(_at(10, 11), _at(10, 12)), (_at(11, 9), _at(11, 10))]
    found = changed(ALWAYS_OPEN, OFFICE, _at(10, 10), _at(10, 20), Target.parse("10bh"), iter(pauses))
    assert found == _at(11, 11)


def test_business_days_keep_the_length_of_the_calendar_on_which_they_were_promised() -> None:
    found = changed(OFFICE, SHORT, _at(9, 9), _at(9, 18), Target.parse("2bd"))
    assert found == _at(11, 10)


def test_clock_time_is_not_moved_by_a_change_of_calendar() -> None:
    assert changed(OFFICE, SHORT, _at(6, 17), _at(7, 9), Target.parse("24h")) == _at(7, 17)


def test_a_target_of_nothing_waits_for_the_opening_of_the_new_calendar() -> None:
    late = _weekly("Asia/Shanghai", mon="10:00-12:00")
    assert changed(OFFICE, late, _at(7, 9), _at(7, 12), Target.parse("0bh")) == _at(9, 10)


def test_a_warning_lies_on_the_calendar_and_moves_with_pauses() -> None:
    start, end = _at(6, 17, 30), _at(9, 16, 30)
    assert part(OFFICE, start, end, 0.5) == _at(9, 12, 30)
    assert part(OFFICE, start, end, 0.75) == _at(9, 14, 30)
    paused = [(_at(9, 10), _at(9, 11))]
    assert part(OFFICE, start, end + HOUR, 0.75, iter(paused)) == _at(9, 15, 30)


def test_a_promise_without_open_time_is_at_risk_when_it_is_due() -> None:
    assert part(OFFICE, _at(6, 19), _at(7, 12), 0.75) == _at(7, 12)
    assert part(OFFICE, _at(7, 12), _at(6, 12), 0.75) == _at(6, 12)


def test_a_calendar_with_no_opening_ahead_is_given_up() -> None:
    once = Calendar.of("UTC", {}, extra={date(2026, 3, 9): [Window.parse("09:00-10:00")]})
    assert next_opening(once, _at(6, 12)) == datetime(2026, 3, 9, 9, tzinfo=UTC)
    with pytest.raises(ValueError, match="not used up in 20 years"):
        next_opening(once, datetime(2026, 3, 9, 10, tzinfo=UTC))
    with pytest.raises(ValueError, match="not used up in 20 years"):
        due(once, _at(6, 12), Target.parse("61bm"))


def test_a_pause_that_goes_on_for_ever_is_given_up() -> None:
    with pytest.raises(ValueError, match="not used up in 20 years"):
        add(ALWAYS_OPEN, _at(6, 12), HOUR, [(_at(6, 12), datetime(8000, 1, 1, tzinfo=UTC))])


def test_time_is_counted_up_to_the_horizon() -> None:
    start = _at(6, 12)
    assert add(ALWAYS_OPEN, start, HORIZON) == start + HORIZON
    assert elapsed(ALWAYS_OPEN, start, start + HORIZON) == HORIZON
    with pytest.raises(ValueError, match="too far apart"):
        elapsed(ALWAYS_OPEN, start, start + HORIZON + MOMENT)
    with pytest.raises(ValueError, match="too far apart"):
        spans(OFFICE, start, start + HORIZON + MOMENT)


def test_time_is_counted_forwards_only() -> None:
    with pytest.raises(ValueError, match="forwards only"):
        add(OFFICE, _at(6, 12), -MINUTE)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 6, 12),  # noqa: DTZ001 - that is what is refused
        datetime.min.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
    ],
)
def test_an_instant_without_a_zone_or_far_from_all_calendars_is_refused(moment: datetime) -> None:
    noon = _at(6, 12)
    for call in (
        lambda: next_opening(OFFICE, moment),
        lambda: elapsed(OFFICE, moment, noon),
        lambda: elapsed(OFFICE, noon, moment),
        lambda: spans(OFFICE, noon, moment),
        lambda: changed(OFFICE, SHORT, noon, moment, Target.parse("1bh")),
        lambda: add(OFFICE, noon, HOUR, [(noon, moment)]),
    ):
        with pytest.raises(ValueError, match="is not an instant with a time zone"):
            call()
