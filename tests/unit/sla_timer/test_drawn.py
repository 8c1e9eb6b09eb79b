"""`candor promise explain` on what the service answers."""

import pytest
from typer.testing import CliRunner

from candor.cli import app
from candor.promise import WIDTH, drawn
from candor_sla_timer.domain.explanation import explain
from tests.unit.sla_timer.cases import Case, on, terms


def test_an_explanation_is_printed_with_its_strip(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(on(9, 9), terms("8bh"))
    case.paused([(on(9, 11), on(9, 13))])
    case.looked(on(10, 12))
    answer = explain(case.facts, case.last(), on(10, 12)).model_dump(mode="json", by_alias=True)
    monkeypatch.setattr(
        "candor.promise.call", lambda method, path: answer if path.endswith("/p1/explain") else None
    )
    printed = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["promise", "explain", "p1"])
    assert printed.exit_code == 0, printed.output
    words = printed.output.replace("\n", " ")
    assert "INC-1 resolution breached" in " ".join(words.split())
    assert "It stood still Mon 9 Mar 2026 11:00 to 13:00: 2 h that would have counted." in words
    assert "█ working ▒ paused · closed ▓ overrun" in " ".join(words.split())
    assert "Missed: it was due Tue 10 Mar 2026 10:00" in words


def test_a_strip_is_drawn_as_long_as_it_lasted_and_nothing_is_lost() -> None:
    case = Case(on(6, 17), terms("2bh"))
    case.paused([(on(6, 17, 30), on(6, 17, 31))])
    strip = explain(case.facts, case.last(), on(6, 18)).model_dump(mode="json", by_alias=True)["strip"]
    text = drawn(strip).plain
    assert abs(len(text) - WIDTH) <= len(strip)
    assert text.startswith("█▒█·")
    assert text.count("▒") == 1
    assert text.count("·") > WIDTH * 0.9
