"""Of two incidents that become one, the more urgent rating counts, so that nothing promised is forgotten."""

import pytest

from candor_common.events import Grade, Incident, Lane, Priority, PriorityChanged
from candor_triage.domain import timeline
from candor_triage.domain.ending import merge
from candor_triage.domain.replay import ABOUT
from candor_triage.domain.work import ask
from tests.unit.triage.builders import NOON, an_incident


def rated(reference: str, text: str, **given: object) -> Incident:
    return an_incident(reference, subject_line="Hello", text=text, **given)


def outage(reference: str = "INC-000001") -> Incident:
    return rated(reference, "The shop is down.")


def question(reference: str = "INC-000002") -> Incident:
    return rated(reference, "How do I change my password?")


def test_what_an_outage_is_merged_into_is_as_urgent_from_then_on() -> None:
    _gone, linked, raised = merge(outage(), question(), "ana")
    fact, now = raised.fact, raised.incident
    assert isinstance(fact, PriorityChanged)
    assert (fact.by, fact.previous) == ("ana", Priority.P4)
    assert (now.priority, now.impact, now.urgency) == (Priority.P1, Grade.HIGH, Grade.HIGH)
    assert now.lane is Lane.EMERGENCY
    assert (now.version, now.links) == (linked.incident.version + 1, linked.incident.links)
    entry = timeline.of_change(fact, NOON)
    assert entry is not None
    assert entry.text == "From P4 to P1: INC-000001, which is part of it now, is P1."


def test_only_its_rating_becomes_another() -> None:
    _gone, linked, raised = merge(outage(), question(), "ana")
    changed = {name for name, value in raised.incident if value != getattr(linked.incident, name)}
    assert changed - {"version"} <= set(ABOUT[PriorityChanged])


@pytest.mark.parametrize("gone", [question("INC-000003"), outage("INC-000003")], ids=["less", "as much"])
def test_what_is_more_urgent_or_as_urgent_stays_as_it_is(gone: Incident) -> None:
    assert len(merge(gone, outage(), "ana")) == 2


def test_a_lane_that_a_contract_gives_is_kept() -> None:
    vip = question().model_copy(update={"lane": Lane.VIP})
    broken = rated("INC-000001", "Error 500.")
    *_, raised = merge(broken, vip, "ana")
    assert (broken.lane, raised.incident.lane) == (Lane.STANDARD, Lane.VIP)


def test_a_question_that_is_open_stays_open() -> None:
    waiting = ask(question(), "ana", "Which one?", NOON).incident
    *_, raised = merge(outage(), waiting, "ana")
    assert (raised.incident.status, raised.incident.question) == (waiting.status, waiting.question)
