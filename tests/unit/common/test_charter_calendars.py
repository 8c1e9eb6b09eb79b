"""Calendars, working time, warnings and quiet hours of a charter: what they mean, and what is refused."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from candor_common.charter import Charter, load_charter
from candor_common.charter.calendars import CalendarEntry
from candor_common.charter.public_holidays import YEARS, is_unannounced, public_holidays
from candor_common.events import Level, Priority, PromiseKind
from candor_common.working_time import ALWAYS_OPEN, Target, Window, next_opening

SHIPPED = load_charter()
TEXT = files("candor_common").joinpath("default_charter/charter.yaml").read_text("utf-8")
WEEK = "    week: {mon-fri: 09:00-18:00}\n"
SHANGHAI = ZoneInfo("Asia/Shanghai")

Edited = Callable[..., Path]


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    """Writes the shipped charter with some of its words exchanged."""

    def write(*changes: tuple[str, str]) -> Path:
        text = TEXT
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path = tmp_path / "house.yaml"
        path.write_text(text, "utf-8")
        return path

    return write


def _spelled(charter: Charter, name: str, day: str) -> list[str]:
    calendar = charter.calendar(name)
    assert calendar is not None
    return [str(window) for window in calendar.windows(date.fromisoformat(day))]


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    """In March 2026 in Shanghai; the 6th is a Friday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


P3_L1 = "    P3: {first_response: 24h, resolution: 3d}\n"
P3_L2 = "    P3: {first_response: 8h, resolution: 2d}\n"


@pytest.mark.parametrize("priority", [one for one in Priority if one is not Priority.UNKNOWN])
@pytest.mark.parametrize("level", [Level.L1, Level.L2, Level.L3])
@pytest.mark.parametrize("kind", [one for one in PromiseKind if one is not PromiseKind.UNKNOWN])
def test_the_shipped_goals_run_around_the_clock(kind: PromiseKind, priority: Priority, level: Level) -> None:
    goal, length = SHIPPED.goal(kind, priority, level), SHIPPED.target(kind, priority, level)
    assert (goal is None) == (length is None)
    if goal and length:
        assert (goal.calendar, goal.calendar_name) == (ALWAYS_OPEN, "always")
        assert goal.due(_at(6, 17, 30)) == _at(6, 17, 30) + length


def test_a_kind_of_promise_without_a_target_has_no_goal() -> None:
    assert SHIPPED.goal(PromiseKind.UNKNOWN, Priority.P1, Level.L1) is None


def test_a_goal_in_working_time_counts_on_the_calendar_of_the_house(edited: Edited) -> None:
    path = edited((P3_L1, "    P3: {first_response: 8bh, resolution: 3bd}\n"))
    goal = load_charter(path).goal(PromiseKind.FIRST_RESPONSE, Priority.P3, Level.L1)
    assert goal is not None
    assert (goal.target, goal.calendar_name) == (Target.parse("8bh"), "office")
    assert goal.due(_at(6, 17, 30)) == _at(9, 16, 30)
    assert goal.due(_at(6, 17, 30), [(_at(9, 10), _at(9, 11))]) == _at(9, 17, 30)


def test_a_level_may_count_on_a_calendar_of_its_own(edited: Edited) -> None:
    path = edited(
        (WEEK, WEEK + "  night: {zone: Asia/Shanghai, week: {mon-sun: 22:00-06:00}}\n"),
        ("\n  L2:\n", "\n  L2:\n    calendar: night\n"),
        (P3_L1, "    P3: {first_response: 9bh, resolution: 3bd}\n"),
        (P3_L2, "    P3: {first_response: 2bh, resolution: 2bd}\n"),
        ("P3: 8h, P4: 24h}", "P3: 1bd, P4: 24h}"),
    )
    charter = load_charter(path)
    goals = [
        charter.goal(kind, Priority.P3, level)
        for level in (Level.L1, Level.L2, Level.L3)
        for kind in (PromiseKind.RESOLUTION, PromiseKind.NEXT_UPDATE)
    ]
    assert [goal and goal.calendar_name for goal in goals] == ["office"] * 2 + ["night"] * 4
    assert [goal and goal.due(_at(9, 9)) for goal in goals] == [
        _at(11, 18), _at(9, 18), _at(11, 6), _at(10, 6), _at(11, 6), _at(10, 6),
    ]  # fmt: skip


def test_working_time_is_no_length_on_the_clock(edited: Edited) -> None:
    path = edited(
        (P3_L1, "    P3: {first_response: 8bh, resolution: 3bd}\n"),
        ("P3: 8h, P4: 24h}", "P3: 1bd, P4: 24h}"),
    )
    charter = load_charter(path)
    with pytest.raises(ValueError, match="8bh is working time"):
        charter.target(PromiseKind.FIRST_RESPONSE, Priority.P3, Level.L1)
    with pytest.raises(ValueError, match="1bd is working time"):
        charter.update_every(Priority.P3)
    assert charter.update_every(Priority.P1) == timedelta(minutes=30)


def test_hours_are_written_by_day_or_from_day_to_day(edited: Edited) -> None:
    week = "    week: {fri-mon: [09:00-12:00, 13:00-18:00], wed: 22:00-06:00, thu: []}\n"
    charter = load_charter(edited((WEEK, week)))
    days = [_spelled(charter, "office", f"2026-03-{day:02}") for day in range(6, 13)]
    open_day = ["09:00-12:00", "13:00-18:00"]
    assert days == [open_day, open_day, open_day, open_day, [], ["22:00-06:00"], []]


def test_extra_dates_win_over_closed_dates_and_both_over_public_holidays(edited: Edited) -> None:
    more = (
        "    holidays: CN\n"
        "    closed: [2026-02-14, 2026-03-02, 2026-02-28]\n"
        "    extra: {2026-02-28: 10:00-12:00, 2026-02-17: [08:00-09:00, 10:00-11:00]}\n"
    )
    charter = load_charter(edited((WEEK, WEEK + more)))
    assert _spelled(charter, "office", "2026-02-16") == []
    assert _spelled(charter, "office", "2026-02-17") == ["08:00-09:00", "10:00-11:00"]
    assert _spelled(charter, "office", "2026-02-14") == []
    assert _spelled(charter, "office", "2026-02-28") == ["10:00-12:00"]
    assert _spelled(charter, "office", "2026-03-02") == []
    assert _spelled(charter, "office", "2026-03-03") == ["09:00-18:00"]


def test_a_working_weekend_has_the_hours_of_a_usual_day(edited: Edited) -> None:
    week = "    week: {mon: 10:00-12:00, tue-fri: [09:00-12:00, 13:00-18:00]}\n    holidays: CN\n"
    charter = load_charter(edited((WEEK, week)))
    assert _spelled(charter, "office", "2026-02-14") == ["09:00-12:00", "13:00-18:00"]
    assert _spelled(charter, "office", "2026-02-15") == []


def test_holidays_may_be_those_of_several_countries_and_of_regions(edited: Edited) -> None:
    charter = load_charter(edited((WEEK, WEEK + "    holidays: [HK, DE-BY]\n")))
    assert _spelled(charter, "office", "2026-07-01") == []
    assert _spelled(charter, "office", "2026-01-06") == []
    assert _spelled(charter, "office", "2026-10-05") == ["09:00-18:00"]


def test_a_day_that_one_country_works_is_closed_when_another_rests(edited: Edited) -> None:
    region = public_holidays("CN")
    assert region.working
    assert not region.working & region.closed
    charter = load_charter(edited((WEEK, WEEK + "    holidays: [CN, HK]\n")))
    both = sorted(region.working & public_holidays("HK").closed)
    assert all(_spelled(charter, "office", day.isoformat()) == [] for day in both)
    only = sorted(region.working - public_holidays("HK").closed)
    assert all(_spelled(charter, "office", day.isoformat()) == ["09:00-18:00"] for day in only)


@pytest.mark.parametrize("region", ["CN", "HK", "TW", "DE-BY"])
def test_public_holidays_are_known_for_a_fixed_range_of_years(region: str) -> None:
    assert {day.year for day in public_holidays(region).closed} == set(YEARS)
    assert {day.year for day in public_holidays(region).working} <= set(YEARS)


def test_a_country_is_missed_for_the_years_after_its_last_announcement() -> None:
    last = max(day.year for day in public_holidays("CN").working)
    missing = [is_unannounced("CN", last + years) for years in (-1, 0, 1, 5, 6)]
    assert missing == [False, False, True, True, False]
    assert not is_unannounced("HK", last + 1)


def of_weekends(notices: list[str]) -> list[str]:
    return [one for one in notices if "working weekends" in one]


def test_an_operator_is_told_of_working_weekends_that_are_not_known_yet(edited: Edited) -> None:
    last = max(day.year for day in public_holidays("CN").working)
    plain = load_charter(edited((WEEK, WEEK + "    holidays: [CN, HK]\n")))
    (notice,) = of_weekends(plain.notices(date(last, 12, 1)))
    assert notice.startswith(f"the working weekends of {last + 1} in CN are not known yet")
    assert notice.endswith("(calendars: office)")
    assert of_weekends(plain.notices(date(last - 1, 12, 1))) == []
    assert of_weekends(SHIPPED.notices(date(last, 12, 1))) == []


@pytest.mark.parametrize(("weekday", "told"), [("a Monday", 1), ("a Saturday", 0)])
def test_a_working_weekend_that_is_written_out_is_not_missed(edited: Edited, weekday: str, told: int) -> None:
    last = max(day.year for day in public_holidays("CN").working)
    start = date(last + 1, 3, 1)
    wanted = 0 if weekday == "a Monday" else 5
    day = next(one for one in map(start.__add__, map(timedelta, range(7))) if one.weekday() == wanted)
    path = edited((WEEK, f"{WEEK}    holidays: CN\n    extra: {{{day}: 09:00-12:00}}\n"))
    assert len(of_weekends(load_charter(path).notices(date(last, 12, 1)))) == told


def test_the_version_follows_public_holidays_and_calendars(edited: Edited) -> None:
    changes = [
        (WEEK, WEEK + "    holidays: HK\n"),
        (WEEK, WEEK + "    closed: [2026-12-31]\n"),
        (WEEK, "    week: {mon-fri: 09:00-17:00}\n"),
        ("P3: 8h, P4: 24h}", "P3: 8bh, P4: 24h}"),
        ("quiet_hours: 21:00-08:00", "quiet_hours: 22:00-08:00"),
        ("warn_at: 0.75", "warn_at: [0.5, 0.75]"),
    ]
    versions = {load_charter(edited(change)).version for change in changes}
    assert len(versions | {SHIPPED.version}) == len(changes) + 1


def test_the_version_does_not_follow_the_spelling(edited: Edited) -> None:
    week = "    week: {mon-fri: [9:00-18:00]}\n    extra: {}\n"
    changes = [(WEEK, week), ("P3: 8h, P4: 24h}", "P3: 480m, P4: 1d}"), ("warn_at: 0.75", "warn_at: [0.75]")]
    assert load_charter(edited(*changes)).version == SHIPPED.version


def test_a_list_of_shares_warns_at_each_and_is_at_risk_after_the_last(edited: Edited) -> None:
    charter = load_charter(edited(("warn_at: 0.75", "warn_at: [0.5, 0.8]")))
    assert (charter.warnings, charter.content.warn_at) == ((0.5, 0.8), 0.8)
    assert charter.warn_at(_at(6, 10), _at(6, 20)) == _at(6, 18)
    assert SHIPPED.warnings == (0.75,)


def test_surveys_wait_for_the_end_of_the_quiet_hours_of_the_customer() -> None:
    berlin = SHIPPED.waking_hours("Europe/Berlin")
    late, early = (
        datetime(2026, 3, day, hour, tzinfo=ZoneInfo("Europe/Berlin")) for day, hour in ((6, 22), (7, 8))
    )
    assert next_opening(berlin, late) == early
    noon = late.replace(hour=12)
    assert next_opening(berlin, noon) == noon


@pytest.mark.parametrize(
    ("quiet", "waking"),
    [
        ("quiet_hours: 21:00-08:00", [(480, 1260)]),
        ("quiet_hours: 12:00-14:00", [(0, 720), (840, 1440)]),
        ("quiet_hours: 00:00-08:00", [(480, 1440)]),
        ("quiet_hours: 20:00-24:00", [(0, 1200)]),
        ("quiet_hours: 20:00-00:30", [(30, 1200)]),
        ("# no quiet hours", [(0, 1440)]),
    ],
)
def test_waking_hours_are_what_is_not_quiet(
    edited: Edited, quiet: str, waking: list[tuple[int, int]]
) -> None:
    charter = load_charter(edited(("quiet_hours: 21:00-08:00", quiet)))
    calendar = charter.waking_hours("Asia/Shanghai")
    assert calendar.windows(date(2026, 3, 7)) == tuple(Window(*edge) for edge in waking)


def test_an_unknown_zone_of_a_customer_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no time zone"):
        SHIPPED.waking_hours("Nowhere/City")


def test_the_zone_of_the_house_is_that_of_its_calendar(edited: Edited) -> None:
    assert SHIPPED.zone == "Asia/Shanghai"
    assert load_charter(edited(("calendar: office\n\n", "\n"))).zone == "UTC"


def test_every_charter_has_a_calendar_around_the_clock(edited: Edited) -> None:
    charter = load_charter(
        edited(("calendar: office\n\n", "calendar: always\n\n"), ("P3: 8h, P4: 24h}", "P3: 8bh, P4: 24h}"))
    )
    goal = charter.goal(PromiseKind.NEXT_UPDATE, Priority.P3, Level.L1)
    assert goal is not None
    assert (goal.calendar, goal.due(_at(7, 3))) == (ALWAYS_OPEN, _at(7, 11))
    assert charter.calendar("nobody's") is None


@given(st.text(alphabet="0123456789:-montuewdhfrisa ", max_size=14))
def test_any_words_for_days_and_hours_are_read_or_refused(words: str) -> None:
    entry = {"zone": "UTC", "week": {words: [words]}}
    try:
        windows = CalendarEntry.model_validate(entry).calendar.usual_windows
    except ValidationError:
        return
    assert len(windows) == 1


def test_a_pause_in_utc_and_one_in_local_time_are_the_same(edited: Edited) -> None:
    path = edited((P3_L1, "    P3: {first_response: 8bh, resolution: 3bd}\n"))
    goal = load_charter(path).goal(PromiseKind.FIRST_RESPONSE, Priority.P3, Level.L1)
    assert goal is not None
    pause = (_at(9, 10), _at(9, 11))
    in_utc = (pause[0].astimezone(UTC), pause[1].astimezone(UTC))
    assert goal.due(_at(6, 17), [pause]) == goal.due(_at(6, 17), [in_utc])
