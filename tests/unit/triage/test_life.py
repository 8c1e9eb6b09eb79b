"""What an incident allows when, and what it becomes while people work on it."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from candor_common.charter import Team
from candor_common.events import (
    CustomerAsked,
    Estimate,
    EstimateGiven,
    HelpAsked,
    Incident,
    IncidentAcknowledged,
    IncidentAssigned,
    IncidentEscalated,
    IncidentStatus,
    IncidentUpdated,
    Level,
    Plan,
    Priority,
    PriorityChanged,
    Update,
)
from candor_triage.domain.ending import close, merge, reopen, resolve
from candor_triage.domain.life import Change, Refused, allowed
from candor_triage.domain.rules import Who
from candor_triage.domain.work import (
    Estimation,
    acknowledge,
    ask,
    ask_for_help,
    assign,
    change_priority,
    escalate,
    estimate,
    give_workaround,
    plan,
    resume,
    update,
)
from tests.unit.triage.builders import CHARTER, FIXED, NOON, after, an_alert, an_incident

OPEN_COMMANDS = [
    "acknowledge",
    "assign",
    "escalate",
    "update",
    "ask",
    "plan",
    "estimate",
    "workaround",
    "resolve",
    "priority",
    "note",
    "decision",
    "link",
    "merge",
    "cancel",
]
INFRASTRUCTURE = CHARTER.team("infrastructure")
STEPS = Plan(what="Replace the disk.", who="bo", timetable="By 13:00.")


def saying(next_by: datetime | None = None) -> Update:
    return Update(doing="We look at the disk.", expect="It takes an hour.", next_by=next_by)


def in_progress() -> Incident:
    return acknowledge(an_incident(), "ana", after(minutes=5)).incident


def waiting() -> Incident:
    return ask(in_progress(), "ana", "Since when?", after(minutes=6)).incident


def resolved() -> Incident:
    return resolve(in_progress(), "ana", FIXED, after(hours=1)).incident


def estimated(hours: float) -> Incident:
    return estimate(
        in_progress(), "ana", Estimation(after(hours=hours), "A disk is on its way."), NOON
    ).incident


def test_who_acknowledges_owns_it() -> None:
    change = acknowledge(an_incident(), "ana", after(minutes=5))
    assert isinstance(change.fact, IncidentAcknowledged)
    assert change.fact.incident is change.incident
    assert (change.incident.status, change.incident.owner) == (IncidentStatus.IN_PROGRESS, "ana")
    assert (change.incident.acknowledged_at, change.incident.version) == (after(minutes=5), 2)


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


def test_who_is_named_has_it_and_has_not_begun() -> None:
    change = assign(in_progress(), "lea", "bo", INFRASTRUCTURE)
    assert isinstance(change.fact, IncidentAssigned)
    assert (change.fact.by, change.fact.previous_owner, change.fact.previous_team) == (
        "lea",
        "ana",
        "service-desk",
    )
    after_it = change.incident
    assert (after_it.status, after_it.owner) == (IncidentStatus.ASSIGNED, "bo")
    assert (after_it.team, after_it.level) == ("infrastructure", Level.L2)
    assert after_it.acknowledged_at == after(minutes=5)


def test_at_a_team_nobody_has_it_yet() -> None:
    assert assign(in_progress(), "lea", None, INFRASTRUCTURE).incident.status is IncidentStatus.OPEN
    again = reopen(resolved(), "ana").incident
    assert assign(again, "lea", None, INFRASTRUCTURE).incident.status is IncidentStatus.REOPENED


def test_another_owner_leaves_a_question_open() -> None:
    incident = assign(waiting(), "lea", "bo").incident
    assert (incident.status, incident.owner) == (IncidentStatus.WAITING, "bo")


@pytest.mark.parametrize(("to", "team"), [("ana", None), (None, None), ("ana", CHARTER.team("service-desk"))])
def test_who_has_it_is_not_given_it_again(to: str | None, team: Team | None) -> None:
    with pytest.raises(Refused, match="ana has it already"):
        assign(in_progress(), "lea", to, team)


def test_the_next_level_has_it_from_now_on() -> None:
    above = CHARTER.above("service-desk", Level.L1)
    change = escalate(in_progress(), "ana", above, "It is the network.")
    assert isinstance(change.fact, IncidentEscalated)
    assert (change.fact.previous_level, change.fact.previous_team) == (Level.L1, "service-desk")
    assert (change.incident.level, change.incident.team) == (Level.L2, "infrastructure")
    assert (change.incident.status, change.incident.owner) == (IncidentStatus.OPEN, None)
    named = escalate(in_progress(), "ana", above, "It is the network.", "bo").incident
    assert (named.status, named.owner) == (IncidentStatus.ASSIGNED, "bo")


def test_above_the_highest_level_there_is_nobody() -> None:
    high = escalate(in_progress(), "ana", INFRASTRUCTURE, "It is the network.").incident
    with pytest.raises(Refused, match="no team above L2"):
        escalate(high, "ana", CHARTER.above("infrastructure", Level.L2), "Still broken.")
    with pytest.raises(Refused, match="Security is L2, which is not above L2"):
        escalate(high, "ana", CHARTER.team("security"), "Still broken.")


def test_a_second_person_leaves_the_owner() -> None:
    change = ask_for_help(in_progress(), "ana", "bo", "He knows the disks.")
    assert isinstance(change.fact, HelpAsked)
    assert (change.incident.owner, change.incident.second) == ("ana", "bo")
    for name in ("ana", "bo"):
        with pytest.raises(Refused, match=f"{name} is there already"):
            ask_for_help(change.incident, "ana", name, "Once more.")


def test_nobody_can_be_helped_who_is_not_there() -> None:
    with pytest.raises(Refused, match="nobody has it yet; `acknowledge` or `assign` it first"):
        ask_for_help(an_incident(), "ana", "bo", "He knows the disks.")


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


def test_a_second_person_is_told_who_has_it() -> None:
    with pytest.raises(Refused) as refused:
        acknowledge(in_progress(), "bo", NOON)
    assert refused.value.why == "INC-000001 can't take `acknowledge`: ana has it already."
    assert "acknowledge" not in refused.value.allowed


def test_who_is_assigned_can_be_relieved_by_who_begins() -> None:
    given = assign(an_incident(), "lea", "bo").incident
    assert acknowledge(given, "ana", NOON).incident.owner == "ana"


def test_an_open_incident_cannot_be_closed() -> None:
    with pytest.raises(Refused, match="nobody has resolved it yet") as refused:
        close(an_incident(), "ana", NOON)
    assert refused.value.allowed == OPEN_COMMANDS


def test_a_resolved_incident_takes_no_update() -> None:
    with pytest.raises(Refused, match="it is resolved") as refused:
        update(resolved(), "ana", saying(), NOON)
    assert refused.value.allowed == ["verify", "confirm", "close", "reopen", "note", "decision", "link"]


def test_what_is_not_for_somebody_is_refused_to_them() -> None:
    with pytest.raises(Refused, match="that is not for the monitoring") as refused:
        close(resolved(), "signal", NOON)
    assert refused.value.allowed == ["reopen"]
    with pytest.raises(Refused, match="that is not for the charter"):
        acknowledge(an_incident(), "charter", NOON)


def test_the_customer_is_offered_what_is_theirs() -> None:
    assert allowed(in_progress(), Who.CUSTOMER) == []
    assert allowed(waiting(), Who.CUSTOMER) == ["resume"]
    assert allowed(resolved(), Who.CUSTOMER) == ["confirm", "reopen"]


def test_what_was_merged_takes_nothing_and_names_the_other() -> None:
    gone = merge(an_incident(), an_incident("INC-000002"), "ana")[0].incident
    with pytest.raises(Refused, match="it is part of INC-000002 now; go on there") as refused:
        update(gone, "ana", saying(), NOON)
    assert refused.value.allowed == []


def test_a_status_of_a_later_version_allows_nothing() -> None:
    later = an_incident().model_copy(update={"status": IncidentStatus.UNKNOWN})
    with pytest.raises(Refused, match="not known here") as refused:
        reopen(later, "ana")
    assert refused.value.allowed == []
