"""Calendars: what they refuse, and which windows a date has."""

import os
import pickle
import subprocess
import sys
from datetime import date, timedelta

import pytest

from candor_common.working_time import ALWAYS_OPEN, WEEKDAYS, Calendar, Window

OFFICE = {day: [Window.parse("09:00-18:00")] for day in WEEKDAYS[:5]}
SATURDAY, SUNDAY, MONDAY = (date(2026, 3, day) for day in (7, 8, 9))


def _windows(*spelled: str) -> tuple[Window, ...]:
    return tuple(map(Window.parse, spelled))


@pytest.mark.parametrize(
    ("spelled", "opens", "closes"),
    [
        ("09:00-18:00", 540, 1080),
        ("9:30-12:05", 570, 725),
        ("00:00-24:00", 0, 1440),
        ("22:00-06:00", 1320, 1800),
        ("22:00-30:00", 1320, 1800),
        ("18:00-00:00", 1080, 1440),
        ("25:00-30:00", 1500, 1800),
        ("09:00-48:00", 540, 2880),
        ("23:59-24:00", 1439, 1440),
    ],
)
def test_a_window_is_read_as_people_write_it(spelled: str, opens: int, closes: int) -> None:
    assert Window.parse(spelled) == Window(opens, closes)


@pytest.mark.parametrize(
    "spelled",
    ["", "9-18", "09:00", "09:00-09:00", "09:60-18:00", "09:00-48:01", "30:00-25:00", "09:00–18:00",
     " 09:00-18:00", "-1:00-02:00", "09:00-18:00\n"],
)  # fmt: skip
def test_what_is_no_window_is_refused(spelled: str) -> None:
    with pytest.raises(ValueError, match=r"is not two times of day|is no window"):
        Window.parse(spelled)


@pytest.mark.parametrize(
    "spelled", ["09:05-18:00", "22:00-06:00", "18:00-24:00", "09:00-09:01", "09:00-33:00", "25:00-30:00"]
)
def test_a_window_is_printed_as_it_is_written(spelled: str) -> None:
    assert str(Window.parse(spelled)) == spelled


@pytest.mark.parametrize("zone", ["", "Nowhere/City", "Asia", "../etc/passwd", "x" * 3000, "UTC\0"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="there is no time zone"):
        Calendar.of(zone, OFFICE)


def test_a_calendar_that_never_opens_is_refused() -> None:
    with pytest.raises(ValueError, match="the calendar never opens"):
        Calendar.of("UTC", {"mon": []}, extra={MONDAY: []})
    assert Calendar.of("UTC", {}, extra={MONDAY: _windows("09:00-10:00")})


@pytest.mark.parametrize("more", [{"closed": frozenset({MONDAY})}, {"extra": ((MONDAY, (Window(0, 5),)),)}])
def test_what_is_always_open_has_neither_windows_nor_closed_dates(more: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="always open"):
        Calendar("UTC", always_open=True, **more)  # type: ignore[arg-type]  # one of two arguments


def test_a_week_has_seven_days_and_a_date_stands_once() -> None:
    with pytest.raises(ValueError, match="seven days"):
        Calendar("UTC", ((Window(0, 5),),) * 6)
    with pytest.raises(ValueError, match="named once"):
        Calendar("UTC", extra=((MONDAY, (Window(0, 5),)), (MONDAY, ())))


def test_extra_dates_win_over_closed_dates_and_those_over_the_week() -> None:
    short = _windows("10:00-12:00")
    calendar = Calendar.of("UTC", OFFICE, closed=[MONDAY, SUNDAY], extra={SUNDAY: short, SATURDAY: ()})
    assert calendar.windows(SUNDAY) == short
    assert calendar.windows(MONDAY) == calendar.windows(SATURDAY) == ()
    assert calendar.windows(date(2026, 3, 10)) == _windows("09:00-18:00")


def test_windows_are_put_in_order_and_united() -> None:
    untidy = _windows("13:00-18:00", "09:00-12:00", "11:00-12:30", "18:00-19:00")
    tidy = _windows("09:00-12:30", "13:00-19:00")
    calendar = Calendar.of("UTC", {"mon": untidy}, extra={SUNDAY: untidy})
    assert calendar.windows(MONDAY) == calendar.windows(SUNDAY) == tidy
    assert calendar == Calendar.of("UTC", {"mon": tidy}, extra={SUNDAY: tidy})


@pytest.mark.parametrize(
    ("week", "extra", "hours"),
    [
        (OFFICE, {}, 9),
        (OFFICE | {"sat": _windows("09:00-12:00")}, {}, 9),
        (dict.fromkeys(("mon", "tue", "wed"), _windows("09:00-12:00", "13:00-18:00")), {}, 8),
        ({"mon": _windows("09:00-17:00"), "sat": _windows("22:00-08:00")}, {}, 10),
        ({"mon": _windows("09:00-11:00"), "tue": _windows("09:00-11:00"), "wed": _windows("09:00-19:00")}, {}, 2),
        (OFFICE, {SATURDAY: _windows("09:00-10:00")}, 9),
        ({}, {SATURDAY: _windows("09:00-10:00"), SUNDAY: ()}, 1),
    ],
)  # fmt: skip
def test_a_business_day_is_as_long_as_most_days_of_the_week(
    week: dict[str, tuple[Window, ...]], extra: dict[date, tuple[Window, ...]], hours: int
) -> None:
    assert Calendar.of("UTC", week, extra=extra).usual_day == timedelta(hours=hours)


def test_a_business_day_of_a_calendar_that_is_always_open_has_24_hours() -> None:
    assert ALWAYS_OPEN.usual_day == timedelta(hours=24)


def test_the_usual_windows_are_those_of_the_first_usual_day() -> None:
    week = {
        "mon": _windows("08:00-10:00"),
        "tue": _windows("09:00-18:00"),
        "wed": _windows("08:00-17:00"),
    }
    assert Calendar.of("UTC", week).usual_windows == _windows("09:00-18:00")


def test_equal_calendars_have_the_same_hash_and_version() -> None:
    one, two = (Calendar.of("UTC", OFFICE, closed=[SATURDAY, MONDAY, SUNDAY]) for _ in range(2))
    assert (one, hash(one), one.version) == (two, hash(two), two.version)
    assert pickle.loads(pickle.dumps(one)) == one


def test_the_version_of_a_calendar_is_the_same_in_every_process() -> None:
    make = "Calendar('UTC', closed=frozenset(date(2026, 1, day) for day in range(1, 31)), extra=EXTRA)"
    extra = "((date(2026, 1, 1), (Window(0, 5),)),)"
    imports = "from datetime import date; from candor_common.working_time import Calendar, Window"
    ask = f"{imports}; print({make.replace('EXTRA', extra)}.version)"
    told = {
        subprocess.check_output([sys.executable, "-c", ask], env=os.environ | {"PYTHONHASHSEED": seed})
        for seed in ("1", "2")
    }
    assert len(told) == 1


def test_different_calendars_have_different_versions() -> None:
    given = [
        Calendar.of("UTC", OFFICE),
        Calendar.of("Asia/Shanghai", OFFICE),
        Calendar.of("UTC", OFFICE, closed=[MONDAY]),
        Calendar.of("UTC", OFFICE, extra={MONDAY: ()}),
        ALWAYS_OPEN,
    ]
    assert len({one.version for one in given}) == len(set(given)) == len(given)
