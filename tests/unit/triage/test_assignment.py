"""Who gets what nobody has."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from candor_common.charter import Charter, Person
from candor_common.charter.people import PersonEntry, TeamEntry
from candor_common.events import Incident, IncidentAssigned, IncidentStatus, Level, Plan, Priority, Update
from candor_common.working_time import ALWAYS_OPEN, WEEKDAYS, Calendar, Window
from candor_triage.domain import ending, work
from candor_triage.domain.assignment import (
    Given,
    Rota,
    choose_owner,
    ends_search,
    give,
    give_again,
    needs_owner,
    next_shift,
)
from candor_triage.domain.ending import cancel, reopen, resolve
from candor_triage.domain.life import Change
from candor_triage.domain.opening import join
from candor_triage.domain.work import acknowledge, assign
from tests.unit.triage.builders import CHARTER, FIXED, NOON, a_reply, after, an_alert, an_incident


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
    given = give(an_incident(), replace(CHARTER, content=content), Rota(NOON, {"ana"}, {}))
    assert given.warning is None
    assert given.change is not None
    assert isinstance(given.change.fact, IncidentAssigned)
    assert given.change.fact.by == "charter"
    after_it = given.change.incident
    assert (after_it.status, after_it.owner) == (IncidentStatus.ASSIGNED, "ana")
    assert after_it.acknowledged_at is None


def test_where_nobody_is_on_shift_the_lead_has_it_with_a_warning() -> None:
    given = give(an_incident(), staffed("lea"), Rota(NOON, set(), {}))
    assert given.change is not None
    assert isinstance(given.change.fact, IncidentAssigned)
    assert (given.change.incident.owner, given.change.fact.reason) == (
        "lea",
        "Nobody of Service desk is there.",
    )
    assert given.warning == "Nobody on shift: nobody of Service desk is there, so lea has it"


def test_where_there_is_no_lead_either_it_is_said_aloud() -> None:
    given = give(an_incident(), staffed(None), Rota(NOON, set(), {}))
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


def works(hours: str, name: str = "ana", team: str = "service-desk") -> Person:
    """Somebody who works every day at these hours in UTC."""
    shift = Calendar.of("UTC", {day: [Window.parse(hours)] for day in WEEKDAYS})
    return Person(name, (team,), None, None, shift)


@pytest.mark.parametrize(
    ("people", "at"),
    [
        ([works("18:00-23:00"), works("14:00-22:00", "bo")], after(hours=2)),
        ([works("18:00-23:00"), works("13:00-22:00", "cy", "security")], after(hours=6)),
        ([works("08:00-10:00")], after(hours=20)),
        ([works("13:00-22:00", "cy", "security")], None),
        ([], None),
    ],
    ids=["the earliest", "of the team", "tomorrow", "of another team", "nobody at all"],
)
def test_somebody_is_looked_for_again_when_the_next_shift_of_the_team_begins(
    people: list[Person], at: datetime | None
) -> None:
    assert next_shift(people, an_incident(), NOON) == at


def test_a_shift_that_never_comes_again_is_no_time_to_look_again() -> None:
    once = Calendar.of("UTC", {}, extra={date(2026, 3, 1): [Window.parse("09:00-17:00")]})
    assert next_shift([Person("ana", ("service-desk",), None, None, once)], an_incident(), NOON) is None


def with_people(**shifts: str) -> Charter:
    """The shipped charter with a service desk of these people, whose lead is lea."""
    every_day = {name: PersonEntry(teams=("service-desk",), shift=shift) for name, shift in shifts.items()}
    charter = staffed("lea")
    return replace(charter, content=charter.content.model_copy(update={"people": every_day}))


STAFFED = with_people(ana="office", bo="always")
MORNING = datetime(2026, 3, 4, 1, tzinfo=NOON.tzinfo)
"""When the office in Shanghai opens."""


def test_what_nobody_on_shift_could_take_names_the_time_to_look_again() -> None:
    for charter in (with_people(ana="office"), replace_lead(with_people(ana="office"), None)):
        given = give(an_incident(), charter, Rota(NOON, set(), {}))
        assert (given.warning is not None, given.look_at) == (True, MORNING)


def replace_lead(charter: Charter, lead: str | None) -> Charter:
    teams = charter.content.teams | staffed(lead).content.teams
    return replace(charter, content=charter.content.model_copy(update={"teams": teams}))


@pytest.mark.parametrize(
    ("incident", "had"),
    [(an_incident(), "nobody had it"), (assign(an_incident(), "charter", "lea").incident, "lea had it")],
    ids=["nobody", "the lead"],
)
def test_who_comes_on_shift_gets_it_and_is_told_why(incident: Incident, had: str) -> None:
    given = give_again(incident, STAFFED, Rota(MORNING, {"ana", "bo"}, {"bo": 1, "lea": 1}))
    assert given.change is not None
    assert isinstance(given.change.fact, IncidentAssigned)
    assert (given.change.fact.by, given.change.incident.owner) == ("charter", "ana")
    assert given.change.fact.reason == (
        f"ana is on shift now; until then {had}, as nobody of the team was there."
    )
    assert (given.warning, given.look_at) == (None, None)


def test_while_nobody_is_there_the_search_goes_on_without_another_warning() -> None:
    night = MORNING - timedelta(hours=1)
    given = give_again(an_incident(), with_people(ana="office"), Rota(night, set(), {}))
    assert given == Given(look_at=MORNING)


def test_what_is_over_or_the_lead_s_own_shift_needs_no_search() -> None:
    rota = Rota(MORNING, {"lea"}, {})
    over = resolve(an_incident(), "ana", FIXED, NOON).incident
    assert give_again(over, STAFFED, rota) == Given()
    with_lead = with_people(lea="always")
    assert give_again(assign(an_incident(), "charter", "lea").incident, with_lead, rota) == Given()


SAID = Update(doing="this", expect="that")
ENDS: dict[str, Change] = {
    "taken": acknowledge(an_incident(), "ana", NOON),
    "given": assign(an_incident(), "lea", "ana"),
    "updated": work.update(an_incident(), "ana", SAID, NOON),
    "planned": work.plan(an_incident(), "ana", Plan(what="a", who="b", timetable="c"), NOON),
    "resolved by a person": resolve(an_incident(), "ana", FIXED, NOON),
    "cancelled": cancel(an_incident(), "ana", "An advertisement."),
    "merged": ending.merge(an_incident(), an_incident("INC-000002"), "ana")[0],
}
LEAVES: dict[str, Change] = {
    "joined": join(an_incident(), a_reply("INC-000001")),
    "raised": work.change_priority(an_incident(), "ana", Priority.P1, "The whole shop is down."),
    "cleared": resolve(an_alert(), "signal", FIXED, NOON),
}


@pytest.mark.parametrize("case", [*ENDS, *LEAVES])
def test_whoever_decides_who_has_it_or_works_on_it_ends_the_search(case: str) -> None:
    assert ends_search((ENDS | LEAVES)[case].fact) is (case in ENDS)
