"""What the rules were not sure of waits in a lane of its own until a person has looked at it."""

from collections.abc import Callable

import pytest

from candor_common.events import Incident, IncidentOpened, Plan, Priority
from candor_triage.domain import timeline, work
from candor_triage.domain.ending import merge, resolve
from candor_triage.domain.life import CHARTER, SIGNAL, Change
from candor_triage.domain.opening import join, open_incident
from candor_triage.domain.replay import replay
from tests.unit.triage.builders import CHARTER as POLICY
from tests.unit.triage.builders import FIXED, NOON, a_reply, a_request, an_incident
from tests.unit.triage.states import INFRASTRUCTURE, saying

UNCLEAR = a_request(subject_line="Hello", text="Lorem ipsum.")
Step = Callable[[Incident], Change]


def opened() -> Change:
    return open_incident(UNCLEAR, POLICY)


LOOKED: dict[str, Step] = {
    "takes it": lambda one: work.acknowledge(one, "ana", NOON),
    "gives it to somebody": lambda one: work.assign(one, "ana", "bo"),
    "hands it up": lambda one: work.escalate(one, "ana", INFRASTRUCTURE, "Too hard."),
    "sets its priority": lambda one: work.change_priority(one, "ana", Priority.P1, "It is down."),
    "works on it": lambda one: work.plan(one, "ana", Plan(what="a", who="b", timetable="c"), NOON),
    "answers": lambda one: work.update(one, "ana", saying(), NOON),
    "solves it": lambda one: resolve(one, "ana", FIXED, NOON),
}
NOT_LOOKED: dict[str, Step] = {
    "the charter gives it to somebody": lambda one: work.assign(one, CHARTER, "bo"),
    "the charter hands it up": lambda one: work.escalate(one, CHARTER, INFRASTRUCTURE, "Late."),
    "the customer writes more": lambda one: join(one, a_reply(one.id)),
    "the monitoring clears it": lambda one: resolve(one, SIGNAL, FIXED, NOON),
    "another becomes part of it": lambda one: merge(an_incident("INC-000009"), one, "ana")[1],
}


@pytest.mark.parametrize("case", [*LOOKED, *NOT_LOOKED])
def test_a_person_who_decides_about_it_has_looked_and_the_facts_tell_it(case: str) -> None:
    first = opened()
    assert first.incident.unsure
    change = (LOOKED | NOT_LOOKED)[case](first.incident)
    assert change.incident.unsure is (case in NOT_LOOKED)
    assert isinstance(first.fact, IncidentOpened)
    assert replay([first.fact, change.fact]) == change.incident


def test_the_timeline_says_that_somebody_is_to_look() -> None:
    entry = timeline.of_opening(opened(), UNCLEAR)
    assert entry.text.endswith("fallback: no rule matched; a person is to look at it")
    sure = open_incident(a_request(), POLICY)
    assert "look at it" not in timeline.of_opening(sure, a_request()).text
