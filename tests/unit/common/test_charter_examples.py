"""The charters to copy from in deploy/charter: sound, and meaning what their comments say."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from candor_common.charter import Facts, check, load_charter
from candor_common.events import Channel, Lane, Level, Priority, PromiseKind

EXAMPLES = Path(__file__).parents[3] / "deploy" / "charter"
HOSTING = load_charter(EXAMPLES / "hosting.yaml")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def _at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def test_every_example_is_sound_and_named_in_the_readme() -> None:
    examples = sorted(EXAMPLES.glob("*.yaml"))
    assert [(path.name, check(path)) for path in examples] == [("hosting.yaml", [])]
    assert "](hosting.yaml)" in (EXAMPLES / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("level", "priority", "kind", "start", "due"),
    [
        ("L1", "P1", "first_response", _at(10, 3, 3), _at(10, 3, 3, 30)),
        ("L1", "P3", "first_response", _at(3, 6, 17), _at(3, 9, 12)),
        ("L1", "P3", "resolution", _at(3, 9, 9), _at(3, 11, 18)),
        ("L1", "P4", "first_response", _at(2, 13, 17), _at(2, 24, 14)),
        ("L1", "P4", "next_update", _at(9, 30, 16), _at(10, 9, 16)),
        ("L2", "P3", "first_response", _at(3, 7, 16), _at(3, 8, 0)),
        ("L2", "P3", "resolution", _at(7, 16, 7), _at(7, 16, 23)),
    ],
)
def test_promises_count_on_the_calendar_of_their_level(
    level: str, priority: str, kind: str, start: datetime, due: datetime
) -> None:
    goal = HOSTING.goal(PromiseKind(kind), Priority(priority), Level(level))
    assert goal is not None
    assert goal.due(start) == due


@pytest.mark.parametrize("level", ["L1", "L2", "L3"])
@pytest.mark.parametrize("kind", ["first_response", "next_update", "resolution"])
def test_emergencies_are_promised_around_the_clock(level: str, kind: str) -> None:
    goal = HOSTING.goal(PromiseKind(kind), Priority.P1, Level(level))
    assert goal is not None
    assert goal.calendar_name == "always"


@pytest.mark.parametrize(
    ("day", "windows"),
    [
        ("2026-02-16", []),
        ("2026-02-14", ["09:00-12:00"]),
        ("2026-02-28", ["09:00-12:00", "13:00-18:00"]),
        ("2026-07-17", []),
        ("2026-10-10", ["09:00-12:00", "13:00-18:00"]),
        ("2026-10-11", []),
    ],
)
def test_the_office_knows_chinese_holidays_and_working_weekends(day: str, windows: list[str]) -> None:
    office = HOSTING.calendar("office")
    assert office is not None
    assert [str(window) for window in office.windows(date.fromisoformat(day))] == windows


@pytest.mark.parametrize(
    ("text", "labels", "lane", "team"),
    [
        ("网站打不开了", {}, Lane.EMERGENCY, "operations"),
        ("主機無法連線", {"contract": "premium"}, Lane.EMERGENCY, "operations"),
        ("请问怎么续费", {"contract": "premium"}, Lane.VIP, "operations"),
        ("机房一直丢包", {}, Lane.STANDARD, "infrastructure"),
        ("请问怎么续费", {}, Lane.STANDARD, "service-desk"),
    ],
)
def test_requests_are_routed_by_words_and_contract(
    text: str, labels: dict[str, str], lane: Lane, team: str
) -> None:
    found = HOSTING.classify(Facts("", text, Channel.MAIL, labels=labels))
    assert (found.lane, found.team) == (lane, team)


def test_the_team_is_nudged_at_half_time_and_customers_sleep_undisturbed() -> None:
    assert HOSTING.warnings == (0.5, 0.75)
    hours = HOSTING.waking_hours("Asia/Taipei").windows(date(2026, 3, 7))
    assert [str(window) for window in hours] == ["08:00-21:00"]
