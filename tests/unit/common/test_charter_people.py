"""The people of a charter, their shifts, and to whom teams hand on."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from candor_common.charter import Charter, check, load_charter
from candor_common.events import Level
from tests.worlds.charters import shipped, write

MONDAY_NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
"""In Shanghai."""
SUNDAY = datetime(2026, 3, 1, 4, tzinfo=UTC)
PEOPLE = {
    "ana": {"teams": ["service-desk", "operations"], "contact": "ana@house.example"},
    "bo": {"teams": ["infrastructure"], "level": "L2", "shift": "always"},
}


def _content(**given: object) -> dict[str, object]:
    return shipped() | {"people": PEOPLE} | given


def _charter(folder: Path, **given: object) -> Charter:
    return load_charter(write(_content(**given), folder / "house.yaml"))


def _told(folder: Path, **given: object) -> list[str]:
    path = write(_content(**given), folder / "house.yaml")
    return [f"{one.key}: {one.wrong}. {one.mend}" for one in check(path)]


def test_the_shipped_charter_names_nobody() -> None:
    charter = load_charter()
    assert (charter.people, charter.on_shift(MONDAY_NOON)) == ((), frozenset())
    assert charter.escalate_on_breach is False


def test_people_work_on_their_shift_or_on_the_calendar_of_the_house(tmp_path: Path) -> None:
    charter = _charter(tmp_path)
    ana, bo = charter.people
    assert (ana.name, ana.teams, ana.level, ana.contact) == (
        "ana",
        ("service-desk", "operations"),
        None,
        "ana@house.example",
    )
    assert (bo.level, bo.contact) == (Level.L2, None)
    assert charter.on_shift(MONDAY_NOON) == {"ana", "bo"}
    assert charter.on_shift(SUNDAY) == {"bo"}


def test_the_edges_of_a_shift_belong_to_the_one_that_begins(tmp_path: Path) -> None:
    charter = _charter(tmp_path)
    assert "ana" in charter.on_shift(datetime(2026, 3, 2, 1, tzinfo=UTC))
    assert "ana" not in charter.on_shift(datetime(2026, 3, 2, 10, tzinfo=UTC))


def test_a_team_hands_on_to_the_first_of_the_next_level_or_to_the_one_it_names(tmp_path: Path) -> None:
    teams = {
        "desk": {"name": "Desk", "level": "L1"},
        "shop": {"name": "Shop", "level": "L1", "escalates_to": "makers", "lead": "ana"},
        "makers": {"name": "Makers", "level": "L3"},
        "infra": {"name": "Infra", "level": "L2"},
        "web": {"name": "Web", "level": "L2"},
    }
    then = {"kind": "question", "impact": "low", "urgency": "low", "team": "desk"}
    people = {"ana": {"teams": ["desk"]}}
    charter = _charter(tmp_path, teams=teams, rules=[], fallback=then, people=people)
    above = {id: team.id for id in teams if (team := charter.above(id, Level(str(teams[id]["level"]))))}
    assert above == {"desk": "infra", "shop": "makers", "infra": "makers", "web": "makers"}
    shop = charter.team("shop")
    assert shop is not None
    assert shop.lead == "ana"


@pytest.mark.parametrize(
    ("people", "told"),
    [
        ({"ana": {"teams": ["service-dsk"]}},
         "people.ana.teams[0]: there is no team `service-dsk`. Did you mean `service-desk`?"),
        ({"ana": {"teams": ["operations"], "shift": "offices"}},
         "people.ana.shift: there is no calendar `offices`. Did you mean `office`?"),
        ({"ana": {"teams": []}}, "people.ana.teams: the list is empty. Write at least one, or take the key out"),
        ({"ana": {"teams": ["operations"], "levl": "L1"}}, "people.ana.levl: unknown key. Did you mean `level`?"),
        ({"Charter": {"teams": ["operations"]}},
         ("people.Charter: `Charter` is what the record calls something that is no person. "
         "Write the name that colleagues know")),
    ],
)  # fmt: skip
def test_what_is_wrong_with_people_is_told(tmp_path: Path, people: dict[str, object], told: str) -> None:
    assert _told(tmp_path, people=people) == [told]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"lead": "anna"}, "teams.security.lead: there is nobody called `anna`. Known here: ana, bo"),
        ({"escalates_to": "operations"},
         ("teams.security.escalates_to: `operations` is L1, which is not above L2. "
         "Name a team of a higher level, or take it out")),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_team_is_told(tmp_path: Path, given: dict[str, str], told: str) -> None:
    teams = shipped()["teams"]
    teams = teams | {"security": teams["security"] | given}
    [problem] = _told(tmp_path, teams=teams)
    assert problem.startswith(told.partition(" Known")[0])


def noted(tmp_path: Path, **changes: object) -> list[str]:
    """What an operator is told of teams that nobody stands for."""
    path = write(shipped() | changes, tmp_path / "charter.yaml")
    return [one for one in load_charter(path).notices(date(2026, 3, 2)) if one.startswith("nobody")]


@pytest.mark.parametrize(
    "people",
    [
        {"ana": {"teams": ["operations", "service-desk", "customer-care", "infrastructure"]}},
        {
            "ana": {"teams": ["operations", "service-desk", "customer-care", "infrastructure"]},
            "bo": {"teams": ["security"], "level": "L1"},
        },
    ],
    ids=["nobody", "nobody of its level"],
)
def test_a_team_that_nobody_stands_for_is_noted_and_is_no_problem(
    tmp_path: Path, people: dict[str, object]
) -> None:
    [notice] = noted(tmp_path, people=people)
    assert "what comes in for security, and" in notice
    assert "name `people` who work there on its level, a `lead`, or at least a `contact`" in notice
    assert _told(tmp_path, people=people) == []
    teams = shipped()["teams"]
    for mend in ({"lead": "ana"}, {"contact": "security@house.example"}):
        assert noted(tmp_path, people=people, teams=teams | {"security": teams["security"] | mend}) == []


def test_the_shipped_charter_is_sound_and_says_that_it_names_nobody(tmp_path: Path) -> None:
    [notice] = noted(tmp_path)
    assert all(id in notice for id in shipped()["teams"])
    assert check(None) == []


def test_a_resolution_is_watched_for_two_days_or_until_the_incident_is_closed(tmp_path: Path) -> None:
    content = {key: value for key, value in shipped().items() if key not in ("verify_after", "reopen_within")}
    assert load_charter(write(content, tmp_path / "a.yaml")).verify_after.days == 2
    short = load_charter(write(content | {"close_after": "1h"}, tmp_path / "b.yaml"))
    assert short.verify_after == short.close_after
    [problem] = check(write(content | {"verify_after": "8d"}, tmp_path / "c.yaml"))
    assert (problem.key, problem.mend) == (
        "verify_after",
        "Make `verify_after` at most as long as `close_after`",
    )
