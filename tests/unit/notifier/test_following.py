"""What those hear whose incidents were merged into another, and what they do not."""

from typing import Any

import pytest

from candor_common.events import (
    Contact,
    CustomerAsked,
    Estimate,
    EstimateGiven,
    Fact,
    Incident,
    IncidentAssigned,
    IncidentResolved,
    IncidentStatus,
    IncidentUpdated,
    Question,
    Update,
    WorkaroundGiven,
)
from candor_notifier.domain.following import for_follower, is_shared
from candor_notifier.domain.planning import told_by
from candor_notifier.render import render
from tests.unit.notifier.builders import (
    DESK,
    FIXED,
    NOON,
    VOICE,
    a_promise,
    after,
    an_incident,
    due,
)
from tests.unit.notifier.test_render import lines

BO = Contact(address="bo@elsewhere.example")
GOES_ON = an_incident(
    "INC-000040", customer="Shop", owner="Ana", last_update=Update(doing="SECRET", expect="x")
)
WORDS = Update(doing="We replace the switch.", expect="Short breaks.", next_by=after(hours=2))


def merged(**given: Any) -> Incident:
    usual: dict[str, Any] = {
        "status": IncidentStatus.MERGED,
        "merged_into": GOES_ON.id,
        "requester": BO,
        "title": "Mail is slow",
    }
    return an_incident(**usual | given)


def changes() -> list[Fact]:
    estimate = Estimate(fixed_by=after(hours=5), reason="A disk.", given_at=NOON)
    return [
        IncidentUpdated(incident=GOES_ON, by="ana", update=WORDS),
        EstimateGiven(incident=GOES_ON.model_copy(update={"estimate": estimate}), by="ana"),
        WorkaroundGiven(incident=GOES_ON.model_copy(update={"workaround": "The other one."}), by="ana"),
        IncidentResolved(incident=GOES_ON, by="ana", resolution=FIXED),
    ]


def told(fact: Fact, follower: Incident) -> str:
    """The text that the follower gets; empty when they get none."""
    heard = for_follower(fact, follower)
    planned = told_by("e1", heard, DESK) if heard else None
    return render(due(planned, follower), VOICE).text if planned else ""


@pytest.mark.parametrize("fact", changes(), ids=lambda one: type(one).__name__)
def test_people_of_the_same_organisation_read_the_same_words(fact: Fact) -> None:
    assert is_shared(fact)
    text = told(fact, merged(customer="Shop"))
    assert any(
        words in text for words in ("We replace the switch.", "A disk.", "The other one.", "A full disk.")
    )
    assert "INC-000042" in text


@pytest.mark.parametrize("customer", [None, "Another"])
@pytest.mark.parametrize("fact", changes(), ids=lambda one: type(one).__name__)
def test_anybody_else_hears_only_that_it_works_again(fact: Fact, customer: str | None) -> None:
    text = told(fact, merged(customer=customer))
    if isinstance(fact, IncidentResolved):
        assert "it has been working again since" in text
        assert "disk" not in text
        assert "What was wrong" not in text
    else:
        assert text == ""


def test_who_was_not_called_is_written_to() -> None:
    said = WORDS.model_copy(update={"by_phone": True})
    heard = for_follower(IncidentUpdated(incident=GOES_ON, by="ana", update=said), merged(customer="Shop"))
    assert isinstance(heard, IncidentUpdated)
    assert heard.update == WORDS


def test_who_wrote_both_is_told_once() -> None:
    for fact in changes():
        assert for_follower(fact, merged(requester=GOES_ON.requester)) is None


def test_a_machine_whose_report_was_merged_hears_nothing() -> None:
    for fact in changes():
        assert for_follower(fact, merged(requester=None, customer="Shop")) is None


def test_questions_and_moves_within_the_house_are_for_one_customer() -> None:
    asked = GOES_ON.model_copy(update={"question": Question(text="Which?", asked_at=NOON)})
    assert not is_shared(CustomerAsked(incident=asked, by="ana"))
    assert not is_shared(IncidentAssigned(incident=GOES_ON, by="ana", previous_team="storage"))


def test_a_merged_incident_promises_no_dates_of_its_own() -> None:
    update = IncidentUpdated(incident=GOES_ON, by="ana", update=WORDS.model_copy(update={"next_by": None}))
    follower = merged(customer="Shop")
    heard = for_follower(update, follower)
    assert heard is not None
    said = lines(render(due(told_by("e1", heard, DESK), follower, a_promise()), VOICE))
    assert said["Next word by"] == "We will write to you as soon as we know more."


def test_there_is_nothing_to_confirm_on_the_page_of_what_was_merged() -> None:
    assert "Say that it works" not in told(changes()[-1], merged(customer="Shop"))
