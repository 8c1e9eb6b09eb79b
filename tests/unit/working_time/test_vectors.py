"""The published cases, through the functions that everybody calls."""

from datetime import timedelta

import pytest

from candor_common.working_time import Target, Unit, changed, due, elapsed
from tests.unit.working_time.vectors import VECTORS, calendar, instant, pauses


def _of_kind(kind: str) -> list[str]:
    return [name for name, vector in VECTORS.items() if vector["kind"] == kind]


def _target(name: str) -> Target:
    return Target(VECTORS[name]["input"]["target_minutes"], Unit.BUSINESS_MINUTES)


def test_all_cases_are_there() -> None:
    assert len(VECTORS) == 62
    assert [len(_of_kind(kind)) for kind in ("due", "elapsed", "change")] == [53, 7, 2]


@pytest.mark.parametrize("name", _of_kind("due"))
def test_a_target_is_used_up_when_the_case_says(name: str) -> None:
    vector = VECTORS[name]
    found = due(
        calendar(vector["calendar"]), instant(vector["input"]["start"]), _target(name), pauses(vector)
    )
    assert found.isoformat() == vector["expected"]["utc"]
    assert found == instant(vector["expected"]["local"])


@pytest.mark.parametrize("name", _of_kind("elapsed"))
def test_as_much_time_has_passed_as_the_case_says(name: str) -> None:
    vector = VECTORS[name]
    start, end = (instant(vector["input"][key]) for key in ("start", "end"))
    found = elapsed(calendar(vector["calendar"]), start, end, pauses(vector))
    assert found == timedelta(minutes=vector["expected"]["minutes"])


@pytest.mark.parametrize("name", _of_kind("change"))
def test_after_a_change_of_the_calendar_the_rest_runs_as_the_case_says(name: str) -> None:
    vector = VECTORS[name]
    given = vector["input"]
    before, after = calendar(given["calendar_before"]), calendar(vector["calendar"])
    start, changed_at = instant(given["start"]), instant(given["changed_at"])
    found = changed(before, after, start, changed_at, _target(name), pauses(vector))
    assert found.isoformat() == vector["expected"]["utc"]
