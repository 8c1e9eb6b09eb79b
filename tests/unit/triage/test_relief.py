"""Who has what is opened again: its owner, unless they are not there and somebody else is."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from candor_common.charter import Charter, load_charter
from candor_common.events import Incident, IncidentAssigned, IncidentStatus
from candor_triage.domain import timeline
from candor_triage.domain.assignment import Given, Rota, give_again, relieve
from candor_triage.domain.ending import reopen, resolve
from candor_triage.domain.opening import open_incident
from candor_triage.domain.work import acknowledge
from tests.unit.triage.builders import CHARTER, FIXED, NOON, a_request, after

HOSTING = load_charter(Path(__file__).parents[3] / "deploy" / "charter" / "hosting.yaml")
NIGHT = datetime(2026, 3, 3, 18, tzinfo=UTC)
"""02:00 in Shanghai."""
SATURDAY = datetime(2026, 3, 7, 4, tzinfo=UTC)
MONDAY_MORNING = datetime(2026, 3, 9, 1, tzinfo=UTC)


def again(owner: str, text: str = "网站打不开", charter: Charter = HOSTING) -> Incident:
    """What somebody solved, and the customer opened again."""
    incident = open_incident(a_request(text=text), charter).incident
    solved = resolve(acknowledge(incident, owner, NOON).incident, owner, FIXED, after(minutes=5)).incident
    return reopen(solved, "li@example.com").incident


def relieved(incident: Incident, now: datetime, charter: Charter = HOSTING) -> Given:
    return relieve(incident, charter, Rota(now, charter.on_shift(now), {}))


@pytest.mark.parametrize(
    ("owner", "why"), [("早班工程师", "is not on shift"), ("老王", "is no longer in the charter")]
)
def test_at_night_the_one_on_duty_has_it_and_the_former_owner_is_told_of(owner: str, why: str) -> None:
    given = relieved(again(owner), NIGHT)
    assert given.change is not None
    fact, incident = given.change.fact, given.change.incident
    assert isinstance(fact, IncidentAssigned)
    assert (fact.by, fact.previous_owner, incident.owner) == ("charter", owner, "夜班工程师")
    assert (incident.status, incident.reopened) == (IncidentStatus.ASSIGNED, 1)
    entry = timeline.of_change(fact, NIGHT)
    assert entry is not None
    assert entry.text == (
        f"Given to 夜班工程师; before, {owner} had it\nWhy: It was opened again, and {owner} {why}."
    )
    assert (given.warning, given.look_at) == (None, None)


def test_who_is_on_shift_has_it_again() -> None:
    assert relieved(again("夜班工程师"), NIGHT) == Given()


def test_where_nobody_is_on_shift_the_owner_keeps_it_with_a_warning_until_somebody_comes() -> None:
    incident = again("老王", "我要投诉")
    assert incident.team == "customer-care"
    given = relieved(incident, SATURDAY)
    assert given.change is None
    assert given.warning == "Nobody on shift: nobody of 客户关怀 is there, so 老王 keeps it"
    assert given.look_at == MONDAY_MORNING
    monday = Rota(MONDAY_MORNING, HOSTING.on_shift(MONDAY_MORNING), {})
    found = give_again(incident, HOSTING, monday)
    assert found.change is not None
    assert found.change.incident.owner == "客户关怀专员"


def test_an_owner_who_is_back_keeps_it() -> None:
    incident = again("早班工程师")
    morning = datetime(2026, 3, 4, 2, tzinfo=UTC)
    on_shift = HOSTING.on_shift(morning)
    assert {"早班工程师", "值班主管"} <= on_shift
    assert give_again(incident, HOSTING, Rota(morning, on_shift, {"早班工程师": 9})) == Given()


def test_a_team_without_people_stays_as_it_is() -> None:
    incident = again("ana", charter=CHARTER)
    assert relieved(incident, NIGHT, CHARTER) == Given()
