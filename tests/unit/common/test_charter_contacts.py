"""At which addresses people and teams are reached, and who is one of ours."""

import pytest

from candor_common.charter import Charter
from candor_common.charter.contacts import addresses, answering, is_ours, of_person, of_team
from candor_common.charter.shape import Content
from tests.worlds.charters import shipped

LIST = "desk@house.example"


@pytest.fixture
def charter() -> Charter:
    content = shipped()
    content["teams"]["operations"] |= {"contact": f"{LIST}, https://hooks.slack.example/T1"}
    content["people"] = {
        "ana": {"teams": ["operations"], "contact": "Ana@house.example, +14155550100", "shift": "always"},
        "bo": {"teams": ["security"], "contact": "bo@house.example", "shift": "always"},
        "cy": {"teams": ["operations"], "shift": "always"},
    }
    return Charter.of(Content.model_validate(content))


@pytest.mark.parametrize(
    ("contact", "found"),
    [
        (None, ()),
        ("a@b.example", ("a@b.example",)),
        (" a@b.example ,+1415, ", ("a@b.example", "+1415")),
        (",", ()),
    ],
)
def test_a_contact_may_hold_several_addresses(contact: str | None, found: tuple[str, ...]) -> None:
    assert addresses(contact) == found


def test_people_and_teams_are_reached_where_the_charter_says(charter: Charter) -> None:
    assert of_person(charter, "ana") == ("Ana@house.example", "+14155550100")
    assert of_team(charter, "operations") == (LIST, "https://hooks.slack.example/T1")
    assert of_person(charter, "cy") == of_person(charter, None) == of_team(charter, "nobody") == ()


@pytest.mark.parametrize("address", ["ana@HOUSE.example", LIST, " bo@house.example"])
def test_whoever_the_charter_names_is_ours(charter: Charter, address: str) -> None:
    assert is_ours(charter, address)


@pytest.mark.parametrize("address", ["", "li@shop.example", "ana@house.example.evil.example"])
def test_nobody_else_is_ours(charter: Charter, address: str) -> None:
    assert not is_ours(charter, address)


def test_what_a_team_gets_may_be_answered_by_its_people(charter: Charter) -> None:
    assert answering(charter, LIST) == {LIST, "Ana@house.example", "+14155550100"}
    assert answering(charter, "bo@house.example") == {"bo@house.example"}
