import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from candor_common.charter import Charter, check, load_charter
from candor_common.events import Level, Priority, PromiseKind
from candor_common.working_time import Calendar, Window
from candor_sla_timer.domain.history import recalled
from candor_sla_timer.domain.terms import Hours, Terms
from tests.unit.working_time.vectors import calendar
from tests.worlds.charters import shipped, write

WORK = [Window.parse("09:00-12:00"), Window.parse("13:00-18:00")]
SINCE = date(2026, 3, 1)


@pytest.fixture(scope="module")
def charter() -> Charter:
    return load_charter()


def test_terms_are_the_charters_and_small(charter: Charter) -> None:
    terms = Terms.of(charter, Priority.P1, Level.L1, SINCE)
    kept = terms.model_dump(mode="json", exclude_none=True)
    assert (kept["first_response"], kept["resolution"], kept["update_every"]) == ("1h", "4h", "30m")
    assert kept["pauses"] == ["resolution", "estimate", "next_update"]
    assert "hours" not in kept
    assert len(json.dumps(kept)) < 300


def test_terms_come_back_as_they_were(charter: Charter) -> None:
    hours = Hours.of("office", calendar("CN-HOL"), SINCE)
    terms = Terms.of(charter, Priority.P3, Level.L1, SINCE).model_copy(update={"hours": hours})
    again = Terms.model_validate_json(terms.model_dump_json(exclude_none=True))
    assert again == terms
    assert again.hours is not None
    assert again.hours.calendar == calendar("CN-HOL")


@pytest.mark.parametrize("name", ["CN-BH", "CN-LUNCH", "CN-HOL", "NY-NIGHT", "ALWAYS-NY", "UTC-0917"])
def test_a_calendar_is_kept_as_it_is(name: str) -> None:
    assert Hours.of(name, calendar(name), SINCE).calendar == calendar(name)


def test_of_the_dates_of_a_calendar_three_years_are_kept() -> None:
    closed = [date(year, 5, 1) for year in range(2020, 2040)]
    made = Calendar.of(
        "Asia/Shanghai", {"mon": WORK}, closed=closed, extra={date(2030, 1, 1): WORK, date(2027, 1, 1): ()}
    )
    kept = Hours.of("office", made, SINCE)
    assert kept.closed == (date(2026, 5, 1), date(2027, 5, 1), date(2028, 5, 1))
    assert [day for day, _ in kept.extra] == [date(2027, 1, 1)]


def test_a_calendar_without_a_week_keeps_all_its_dates() -> None:
    made = Calendar.of("Asia/Shanghai", {}, extra={date(2036, 1, 1): WORK})
    assert Hours.of("fair", made, SINCE).calendar == made


def test_working_time_counts_on_the_calendar_and_clock_time_on_none() -> None:
    kept = {
        "charter_version": "c1",
        "priority": "P3",
        "first_response": "4h",
        "resolution": "3bd",
        "update_every": "8bh",
        "warnings": [0.5, 0.75],
        "renewals": 2,
        "hours": Hours.of("office", calendar("CN-BH"), SINCE).model_dump(mode="json"),
    }
    terms = Terms.model_validate(kept)
    answer, resolution = terms.goal(PromiseKind.FIRST_RESPONSE), terms.goal(PromiseKind.RESOLUTION)
    assert answer is not None
    assert resolution is not None
    assert (answer.calendar_name, answer.calendar.always_open) == ("always", True)
    assert (resolution.calendar_name, resolution.calendar) == ("office", calendar("CN-BH"))
    assert (terms.cadence.calendar_name, terms.at_risk) == ("office", 0.75)
    assert terms.goal(PromiseKind.ESTIMATE) is None


def test_facts_that_were_written_before_there_were_calendars_are_read() -> None:
    terms = {
        "charter_version": "c0",
        "priority": "P1",
        "first_response": "PT1H",
        "resolution": "P1DT4H",
        "update_every": "PT30M",
        "warn_share": 0.75,
        "renewals": 2,
    }
    written = {
        "event_id": "e1",
        "incident_id": "INC-1",
        "type": "opened",
        "at": datetime(2026, 3, 2, tzinfo=UTC),
        "version": 1,
        "awaits_answer": True,
        "terms": terms,
    }
    fact = recalled(written)
    assert fact.type == "opened"
    goal = fact.terms.goal(PromiseKind.RESOLUTION)
    assert goal is not None
    assert goal.target.open_time(goal.calendar) == timedelta(hours=28)
    assert (fact.terms.warnings, fact.terms.hours) == ((0.75,), None)


def test_a_charter_may_let_nothing_pause_and_never_the_first_response(tmp_path: Path) -> None:
    strict = load_charter(write(shipped() | {"pauses": []}, tmp_path / "strict.yaml"))
    assert Terms.of(strict, Priority.P1, Level.L1, SINCE).pauses == ()
    [problem] = check(write(shipped() | {"pauses": ["first_response"]}, tmp_path / "wrong.yaml"))
    assert problem.wrong == "`first_response` is no promise whose clock can pause"
