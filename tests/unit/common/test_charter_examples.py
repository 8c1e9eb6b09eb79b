"""The charters to copy from in deploy/charter: sound, and meaning what their comments say."""

import re
from datetime import date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from candor_common.charter import Charter, Facts, check, load_charter
from candor_common.events import Category, Channel, Kind, Lane, Level, Priority, PromiseKind

EXAMPLES = Path(__file__).parents[3] / "deploy" / "charter"
HOSTING_FILE = EXAMPLES / "hosting.yaml"
HOSTING = load_charter(HOSTING_FILE)
SHIPPED = Path(str(files("candor_common") / "default_charter" / "charter.yaml"))
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
        ("L1", "P3", "first_response", _at(3, 6, 17), _at(3, 7, 5)),
        ("L1", "P3", "resolution", _at(3, 9, 9), _at(3, 11, 18)),
        ("L1", "P4", "first_response", _at(2, 13, 17), _at(2, 14, 17)),
        ("L1", "P4", "resolution", _at(2, 13, 17), _at(2, 28, 14)),
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
        ("请问怎么续费", {}, Lane.STANDARD, "accounts"),
        ("资料库升级的问题", {}, Lane.STANDARD, "service-desk"),
        ("我不小心误删了网站文件", {}, Lane.EMERGENCY, "operations"),
    ],
)
def test_requests_are_routed_by_words_and_contract(
    text: str, labels: dict[str, str], lane: Lane, team: str
) -> None:
    found = HOSTING.classify(Facts("", text, Channel.MAIL, labels=labels))
    assert (found.lane, found.team) == (lane, team)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("网站打不开了", "outage"),
        ("資料庫損壞", "data"),
        ("硬盘坏了", "system.hardware"),
        ("VPN 一直斷線, packet loss 40%", "system.network"),
        ("kernel panic after the update", "system.software"),
        ("the shop shows errors", "application"),
    ],
)
def test_every_category_of_a_fault_has_a_rule_and_a_definition(text: str, category: str) -> None:
    assert HOSTING.classify(Facts("", text, Channel.MAIL)).category == category
    assert HOSTING.content.categories[Category(category)]


@pytest.mark.parametrize("charter", [HOSTING, load_charter()])
def test_every_word_that_rules_decide_by_is_defined(charter: Charter) -> None:
    content = charter.content
    for names, meanings in ((Kind, content.kinds), (Category, content.categories), (Lane, content.lanes)):
        assert {one.value for one in meanings} == {one.value for one in names} - {"unknown"}


def test_somebody_of_the_first_level_is_on_shift_at_any_hour_of_any_day() -> None:
    for hour in range(7 * 24):
        names = HOSTING.on_shift(_at(2, 16, 0) + timedelta(hours=hour))
        assert [one for one in HOSTING.people if one.name in names and "operations" in one.teams]


def test_every_team_and_everybody_has_an_address_and_every_team_a_lead() -> None:
    content = HOSTING.content
    assert all(one.contact for one in content.people.values())
    assert all(one.contact for one in content.teams.values())
    assert all(one.lead in content.people for one in content.teams.values())


def _with(text: str, key: str) -> str:
    """The text with an example that is commented out taken in: its key, and the comment below it."""
    found = re.search(rf"^( *)# {key}:\n(?:\1#.*\n?)*", text, re.MULTILINE)
    assert found is not None
    return text.replace(found[0], re.sub(r"^( *)# ", r"\1", found[0], flags=re.MULTILINE))


@pytest.mark.parametrize(
    ("file", "key"), [(HOSTING_FILE, "texts"), (HOSTING_FILE, "questions"), (SHIPPED, "texts")]
)
def test_the_words_in_its_comments_can_be_used(file: Path, key: str, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(_with(file.read_text("utf-8"), key), "utf-8")
    assert check(own) == []
    assert load_charter(own).version != load_charter(file).version


def test_the_team_is_nudged_at_half_time_and_customers_sleep_undisturbed() -> None:
    assert HOSTING.warnings == (0.5, 0.75)
    hours = HOSTING.waking_hours("Asia/Taipei").windows(date(2026, 3, 7))
    assert [str(window) for window in hours] == ["08:00-21:00"]
