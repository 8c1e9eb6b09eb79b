"""What is said about an incident, to its customer and about its time."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from candor_common.events import (
    CustomerAsked,
    Estimate,
    EstimateGiven,
    Incident,
    IncidentStatus,
    IncidentUpdated,
    Plan,
    Priority,
    PriorityChanged,
)
from candor_triage.domain.life import Change, Refused
from candor_triage.domain.work import (
    Estimation,
    ask,
    assign,
    change_priority,
    estimate,
    give_workaround,
    plan,
    resume,
    update,
)
from tests.unit.triage.builders import NOON, after, an_alert, an_incident
from tests.unit.triage.states import INFRASTRUCTURE, OPEN_COMMANDS, estimated, in_progress, saying, waiting

STEPS = Plan(what="Replace the disk.", who="bo", timetable="By 13:00.")


def test_an_update_acknowledges_where_nobody_has() -> None:
    change = update(an_incident(), "ana", saying(after(hours=1)), after(minutes=5))
    assert isinstance(change.fact, IncidentUpdated)
    assert change.fact.update == change.incident.last_update == saying(after(hours=1))
    assert (change.incident.status, change.incident.owner) == (IncidentStatus.IN_PROGRESS, "ana")
    assert change.incident.acknowledged_at == after(minutes=5)


def test_an_update_by_somebody_else_leaves_the_owner() -> None:
    incident = update(in_progress(), "bo", saying(), after(minutes=9)).incident
    assert (incident.owner, incident.acknowledged_at) == ("ana", after(minutes=5))


def test_the_next_word_is_promised_in_utc() -> None:
    given = after(hours=1).astimezone(timezone(timedelta(hours=8)))
    told = update(an_incident(), "ana", saying(given), NOON).incident.last_update
    assert told is not None
    assert told.next_by is not None
    assert told.next_by.isoformat() == "2026-03-03T13:00:00+00:00"


@pytest.mark.parametrize(
    ("next_by", "why"),
    [
        (
            NOON,
            "`next_by` is not in the future; name a time after 2026-03-03 12:00 and up to 2026-04-02 12:00 UTC.",
        ),
        (after(seconds=-1), "not in the future"),
        (after(days=30, microseconds=1), "more than 30 days ahead"),
    ],
)
def test_the_next_word_can_only_be_promised_for_the_next_30_days(next_by: datetime, why: str) -> None:
    with pytest.raises(Refused) as refused:
        update(an_incident(), "ana", saying(next_by), NOON)
    assert why in refused.value.why
    assert refused.value.allowed == OPEN_COMMANDS


@pytest.mark.parametrize("next_by", [after(microseconds=1), after(days=30)])
def test_the_next_word_can_be_promised_up_to_both_edges(next_by: datetime) -> None:
    assert update(an_incident(), "ana", saying(next_by), NOON).incident.last_update == saying(next_by)


def test_a_question_waits_for_its_answer() -> None:
    change = ask(an_incident(), "ana", "Since when?", NOON)
    assert isinstance(change.fact, CustomerAsked)
    assert change.incident.question is not None
    assert (change.incident.question.text, change.incident.question.asked_at) == ("Since when?", NOON)
    assert (change.incident.status, change.incident.owner) == (IncidentStatus.WAITING, "ana")
    with pytest.raises(Refused, match="it waits for the customer's answer"):
        ask(change.incident, "ana", "And where?", NOON)


def test_a_machine_cannot_be_asked() -> None:
    with pytest.raises(Refused, match="nobody can answer") as refused:
        ask(an_alert(), "ana", "Since when?", NOON)
    assert "ask" not in refused.value.allowed


def test_after_the_wait_it_is_where_it_was() -> None:
    assert resume(waiting(), "ana").incident.status is IncidentStatus.IN_PROGRESS
    with_a_way = give_workaround(waiting(), "ana", "Use the copy.", NOON).incident
    assert with_a_way.status is IncidentStatus.WAITING
    assert resume(with_a_way, "ana").incident.status is IncidentStatus.WORKAROUND
    at_a_team = assign(waiting(), "lea", None, INFRASTRUCTURE).incident
    assert resume(at_a_team, "ana").incident.status is IncidentStatus.OPEN
    with pytest.raises(Refused, match="it does not wait for the customer"):
        resume(in_progress(), "ana")


@pytest.mark.parametrize(
    "work",
    [
        lambda one: update(one, "bo", saying(), NOON),
        lambda one: plan(one, "bo", STEPS, NOON),
        lambda one: estimate(one, "bo", Estimation(after(hours=1), "A disk."), NOON),
    ],
    ids=["update", "plan", "estimate"],
)
def test_who_works_has_begun_and_changes_no_wait(work: Callable[[Incident], Change]) -> None:
    begun = work(an_incident()).incident
    assert (begun.status, begun.owner, begun.acknowledged_at) == (IncidentStatus.IN_PROGRESS, "bo", NOON)
    assert work(waiting()).incident.status is IncidentStatus.WAITING
    assert work(give_workaround(an_incident(), "ana", "So.", NOON).incident).incident.status is (
        IncidentStatus.WORKAROUND
    )


def test_a_date_is_given_in_utc_with_its_reason() -> None:
    given = Estimation(after(hours=2).astimezone(timezone(timedelta(hours=8))), "A disk is on its way.")
    change = estimate(in_progress(), "ana", given, after(minutes=10))
    assert isinstance(change.fact, EstimateGiven)
    assert change.fact.previous is None
    assert change.incident.estimate == Estimate(
        fixed_by=after(hours=2), reason="A disk is on its way.", given_at=after(minutes=10)
    )


def test_a_date_is_moved_before_it_passes() -> None:
    before = estimated(2)
    change = estimate(before, "ana", Estimation(after(hours=4), "It broke."), after(hours=1))
    assert isinstance(change.fact, EstimateGiven)
    assert change.fact.previous == before.estimate


def test_a_date_that_has_passed_is_moved_by_who_admits_it() -> None:
    late = after(hours=2)
    with pytest.raises(Refused, match="2026-03-03 14:00 UTC, which was said before, has passed"):
        estimate(estimated(2), "ana", Estimation(after(hours=4), "It broke."), late)
    admitted = estimate(estimated(2), "ana", Estimation(after(hours=4), "It broke.", late=True), late)
    assert admitted.incident.estimate is not None
    assert admitted.incident.estimate.fixed_by == after(hours=4)


@pytest.mark.parametrize(
    ("fixed_by", "why"),
    [
        (NOON, "`fixed_by` is not in the future"),
        (after(days=366, microseconds=1), "`fixed_by` is more than 366 days ahead"),
        (after(hours=2), "is what was said before"),
    ],
)
def test_a_date_must_be_a_new_one_in_the_future(fixed_by: datetime, why: str) -> None:
    with pytest.raises(Refused, match=why):
        estimate(estimated(2), "ana", Estimation(fixed_by, "So."), NOON)


def test_a_priority_changes_with_its_reason() -> None:
    change = change_priority(in_progress(), "ana", Priority.P1, "The whole shop is down.")
    assert isinstance(change.fact, PriorityChanged)
    assert (change.fact.previous, change.incident.priority) == (Priority.P3, Priority.P1)
    with pytest.raises(Refused, match="it is P1 already"):
        change_priority(change.incident, "ana", Priority.P1, "It is.")
