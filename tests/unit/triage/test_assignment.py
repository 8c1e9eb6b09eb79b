"""Who gets what nobody has."""

from dataclasses import replace

import pytest

from candor_common.charter import Charter, Person
from candor_common.charter.people import PersonEntry, TeamEntry
from candor_common.events import Incident, IncidentAssigned, IncidentStatus, Level
from candor_common.working_time import ALWAYS_OPEN
from candor_triage.domain.assignment import choose_owner, give, needs_owner
from candor_triage.domain.ending import cancel, reopen, resolve
from candor_triage.domain.work import acknowledge, assign
from tests.unit.triage.builders import CHARTER, FIXED, NOON, an_incident


def person(name: str, *teams: str, level: Level | None = None) -> Person:
    return Person(name, teams or ("service-desk",), level, None, ALWAYS_OPEN)


ANA, BO, CY = person("ana"), person("bo"), person("cy", "infrastructure", "service-desk")
EVERYBODY = {"ana", "bo", "cy"}


def staffed(lead: str | None) -> Charter:
    """The shipped charter, whose service desk has a lead."""
    desk = TeamEntry.model_construct(name="Service desk", level=Level.L1, lead=lead, escalates_to=None)
    teams = CHARTER.content.teams | {"service-desk": desk}
    return replace(CHARTER, content=CHARTER.content.model_copy(update={"teams": teams}))


@pytest.mark.parametrize(
    ("on_shift", "load", "chosen"),
    [
        (EVERYBODY, {}, "ana"),
        (EVERYBODY, {"ana": 2, "bo": 1, "cy": 2}, "bo"),
        (EVERYBODY, {"ana": 1, "bo": 1}, "cy"),
        ({"bo"}, {"bo": 99}, "bo"),
        ({"somebody else"}, {}, None),
        (set(), {}, None),
    ],
    ids=["equals", "the least", "nothing yet", "the only one", "another shift", "nobody"],
)
def test_the_one_on_shift_with_the_least_gets_it(
    on_shift: set[str], load: dict[str, int], chosen: str | None
) -> None:
    assert choose_owner([ANA, BO, CY], on_shift, load, an_incident()) == chosen


def test_only_people_of_the_team_get_it() -> None:
    network = an_incident(text="packet loss")
    assert network.team == "infrastructure"
    assert choose_owner([ANA, BO, CY], EVERYBODY, {"cy": 50}, network) == "cy"


def test_nobody_gets_what_is_above_their_level() -> None:
    people = [
        person("ana", "infrastructure", level=Level.L1),
        person("bo", "infrastructure", level=Level.L3),
    ]
    network = an_incident(text="packet loss")
    assert choose_owner(people, EVERYBODY, {"bo": 50}, network) == "bo"


def test_what_the_charter_gives_is_assigned_and_not_begun() -> None:
    entry = PersonEntry(teams=("service-desk",), shift="always")
    content = CHARTER.content.model_copy(update={"people": {"ana": entry}})
    given = give(an_incident(), replace(CHARTER, content=content), {"ana"}, {})
    assert given.warning is None
    assert given.change is not None
    assert isinstance(given.change.fact, IncidentAssigned)
    assert given.change.fact.by == "charter"
    after_it = given.change.incident
    assert (after_it.status, after_it.owner) == (IncidentStatus.ASSIGNED, "ana")
    assert after_it.acknowledged_at is None


def test_where_nobody_is_on_shift_the_lead_has_it_with_a_warning() -> None:
    given = give(an_incident(), staffed("lea"), set(), {})
    assert given.change is not None
    assert given.change.incident.owner == "lea"
    assert given.warning == "Nobody on shift: nobody of Service desk is there, so lea has it"


def test_where_there_is_no_lead_either_it_is_said_aloud() -> None:
    given = give(an_incident(), staffed(None), set(), {})
    assert given.change is None
    assert given.warning is not None
    assert "no lead" in given.warning


@pytest.mark.parametrize(
    ("incident", "needed"),
    [
        (an_incident(), True),
        (acknowledge(an_incident(), "ana", NOON).incident, False),
        (reopen(resolve(an_incident(), "ana", FIXED, NOON).incident, "ana").incident, False),
        (assign(an_incident(), "lea", None, CHARTER.team("security")).incident, True),
        (cancel(an_incident(), "ana", "An advertisement.").incident, False),
    ],
    ids=["open", "in progress", "reopened with an owner", "given to a team", "cancelled"],
)
def test_an_owner_is_sought_for_what_nobody_has_and_what_goes_on(incident: Incident, needed: bool) -> None:
    assert needs_owner(incident) is needed
