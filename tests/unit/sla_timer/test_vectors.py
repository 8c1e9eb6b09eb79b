"""The published cases, as what happened to an incident, through the function that everybody calls."""

from datetime import timedelta

import pytest

from candor_sla_timer.domain.explanation import explain
from candor_sla_timer.domain.promises import derive
from candor_sla_timer.domain.terms import Terms
from tests.unit.sla_timer.cases import Case, terms
from tests.unit.working_time.vectors import VECTORS, instant, pauses


def _of_kind(kind: str) -> list[str]:
    return [name for name, vector in VECTORS.items() if vector["kind"] == kind]


def _terms(name: str, key: str = "calendar") -> Terms:
    vector = VECTORS[name]
    calendar = vector.get(key) or vector["input"][key]
    return terms(f"{vector['input'].get('target_minutes', 90_000)}bm", on_calendar=calendar)


def test_all_cases_are_told() -> None:
    assert sum(len(_of_kind(kind)) for kind in ("due", "elapsed", "change")) == len(VECTORS) == 62


@pytest.mark.parametrize("name", _of_kind("due"))
def test_a_promise_is_due_when_the_case_says(name: str) -> None:
    case = Case(instant(VECTORS[name]["input"]["start"]), _terms(name))
    case.paused(pauses(VECTORS[name]))
    promise = case.last()
    assert promise.due_at.isoformat() == VECTORS[name]["expected"]["utc"]
    assert promise.running


@pytest.mark.parametrize("name", _of_kind("elapsed"))
def test_as_much_of_a_promise_has_passed_as_the_case_says(name: str) -> None:
    vector = VECTORS[name]
    case = Case(instant(vector["input"]["start"]), _terms(name))
    case.paused(pauses(vector))
    found = explain(case.facts, case.last(), instant(vector["input"]["end"])).counted
    assert found == timedelta(minutes=vector["expected"]["minutes"])


@pytest.mark.parametrize("name", _of_kind("change"))
def test_after_a_change_of_the_calendar_a_promise_is_due_when_the_case_says(name: str) -> None:
    given = VECTORS[name]["input"]
    case = Case(instant(given["start"]), _terms(name, "calendar_before"))
    case.paused(pauses(VECTORS[name]))
    case.changed(instant(given["changed_at"]), _terms(name))
    assert case.last().due_at.isoformat() == VECTORS[name]["expected"]["utc"]


@pytest.mark.parametrize("name", _of_kind("due"))
def test_the_order_in_which_a_case_is_heard_of_changes_nothing(name: str) -> None:
    case = Case(instant(VECTORS[name]["input"]["start"]), _terms(name))
    case.paused(pauses(VECTORS[name]))
    assert derive([*reversed(case.facts), *case.facts]) == derive(case.facts)
