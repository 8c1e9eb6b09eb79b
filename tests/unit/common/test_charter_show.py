"""`candor charter show` and `check`: what the operator reads about a charter."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from candor.cli import app

HOSTING = Path(__file__).parents[3] / "deploy" / "charter" / "hosting.yaml"


def _told(*arguments: str) -> str:
    """Without the frames of tables, words single-spaced."""
    answer = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["charter", *arguments])
    assert answer.exit_code == 0, answer.output
    return " ".join(answer.output.replace("│", " ").split())


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("candor.charter_show.console.width", 200)


def test_a_charter_is_shown_with_promises_calendars_warnings_and_routing() -> None:
    told = _told("show", str(HOSTING))
    for words in (
        "L1 P1 30m 30m 4h",
        "L1 P3 4bh (office) 1bd (office) 3bd (office)",
        "L3 P4 8bh (data-centre) 2bd (data-centre) 2bd (data-centre)",
        "office Asia/Shanghai mon-fri 09:00-12:00, 13:00-18:00 8h",
        "data-centre Asia/Shanghai mon-fri 07:00-23:00 16h",
        "sat 09:00-17:00, 22:00-06:00",
        "Warnings after 50%, 75% of the time",
        "quiet hours 21:00-08:00",
        "premium contract fault P2 L1 vip 运维值班",
        "fallback question P4 L1 standard 客户服务台",
    ):
        assert words in told


def test_only_what_applies_is_shown() -> None:
    told = _told("show", str(HOSTING), "--priority", "p3", "--level", "L1", "--lane", "standard")
    told = told.partition(" note: ")[0]
    assert "L1 P3 4bh (office)" in told
    assert "complaint complaint P3 L1 standard" in told
    for other in ("L1 P1", "L2 P3", "data-centre", "around the clock", "premium contract", "fallback"):
        assert other not in told


def test_emergencies_of_the_shipped_charter_run_around_the_clock() -> None:
    told = _told("show", "--lane", "emergency", "--priority", "P1")
    assert "always around the clock 24h" in told
    assert "outage fault P1 L1 emergency Operations on duty" in told
    assert "Asia/Shanghai" not in told


def test_a_charter_that_is_not_sound_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "house.yaml"
    path.write_text(HOSTING.read_text("utf-8").replace("holidays: CN", "holidays: XY"), "utf-8")
    answer = CliRunner().invoke(app, ["charter", "show", str(path)])
    assert answer.exit_code == 1
    assert answer.stderr.count("the public holidays of `XY` are not known") == 2


@pytest.mark.parametrize("arguments", [["check"], ["check", str(HOSTING)]])
def test_both_charters_are_checked(arguments: list[str]) -> None:
    assert _told(*arguments).startswith("the charter is sound, version ")
