"""Who has an incident, and how it goes from hand to hand."""

import pytest

from candor_common.charter import Team
from candor_common.events import (
    HelpAsked,
    IncidentAcknowledged,
    IncidentAssigned,
    IncidentEscalated,
    IncidentStatus,
    Level,
)
from candor_triage.domain.ending import reopen
from candor_triage.domain.life import Refused
from candor_triage.domain.work import (
    acknowledge,
    ask_for_help,
    assign,
    escalate,
)
from tests.unit.triage.builders import CHARTER, NOON, after, an_incident
from tests.unit.triage.states import INFRASTRUCTURE, in_progress, resolved, waiting


def test_who_acknowledges_owns_it() -> None:
    change = acknowledge(an_incident(), "ana", after(minutes=5))
    assert isinstance(change.fact, IncidentAcknowledged)
    assert change.fact.incident is change.incident
    assert (change.incident.status, change.incident.owner) == (IncidentStatus.IN_PROGRESS, "ana")
    assert (change.incident.acknowledged_at, change.incident.version) == (after(minutes=5), 2)


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


def test_a_second_person_is_told_who_has_it() -> None:
    with pytest.raises(Refused) as refused:
        acknowledge(in_progress(), "bo", NOON)
    assert refused.value.why == "INC-000001 can't take `acknowledge`: ana has it already."
    assert "acknowledge" not in refused.value.allowed


def test_who_is_assigned_can_be_relieved_by_who_begins() -> None:
    given = assign(an_incident(), "lea", "bo").incident
    assert acknowledge(given, "ana", NOON).incident.owner == "ana"
