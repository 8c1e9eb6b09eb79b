"""That a new incident may belong to another one."""

from candor_common.events import IncidentOpened, Link, LinkKind
from candor_triage.domain.arrival import Outcome
from candor_triage.domain.hints import SEEMS_TO_FOLLOW, seems_to_follow, with_hint
from tests.unit.triage.arrivals import received
from tests.unit.triage.builders import NOON, a_reply, a_request, a_signal, an_incident

LABELS = {SEEMS_TO_FOLLOW: "INC-000001"}


def test_the_new_incident_is_tied_to_the_other_and_says_so_to_the_team() -> None:
    outcome = with_hint(received(a_request("INC-000002"), None), an_incident(), NOON)
    [change] = outcome.changes
    assert isinstance(change.fact, IncidentOpened)
    assert change.fact.incident == change.incident
    assert change.incident.links == (Link(incident_id="INC-000001", kind=LinkKind.RELATED),)
    assert (outcome.entries[-1].incident_id, outcome.entries[-1].text) == (
        "INC-000002",
        "Possible follow-up of INC-000001, in which the writer takes no part",
    )


def test_only_what_opens_another_incident_is_tied() -> None:
    joined = received(a_reply("INC-000001"), an_incident())
    itself = received(a_request("INC-000001"), None)
    ignored = Outcome("ignored")
    for outcome in (joined, itself, ignored):
        assert with_hint(outcome, an_incident(), NOON) == outcome


def test_only_a_request_has_a_hint() -> None:
    assert seems_to_follow(a_request(labels=LABELS)) == "INC-000001"
    assert seems_to_follow(a_request()) is None
    assert seems_to_follow(a_signal(labels=LABELS)) is None
    assert seems_to_follow(a_reply("INC-000001", labels=LABELS)) is None
