"""What a request means, given the incident that it is about."""

from datetime import timedelta

import pytest

from candor_common.events import (
    Incident,
    IncidentOpened,
    IncidentReopened,
    IncidentResumed,
    IncidentStatus,
    Link,
    LinkKind,
    Origin,
    RequestJoined,
    SignalReceived,
    SignalStatus,
)
from candor_triage.domain.ending import cancel, close
from candor_triage.domain.opening import Inbound
from candor_triage.domain.work import ask
from tests.unit.triage.arrivals import WITHIN, facts, kinds, received, resolved
from tests.unit.triage.builders import (
    NOON,
    a_clearing,
    a_reply,
    a_request,
    a_signal,
    after,
    an_alert,
    an_incident,
)


def test_a_request_opens() -> None:
    outcome = received(a_request("INC-000003"), None)
    assert (outcome.fate, outcome.incident_id, facts(outcome)) == ("opened", "INC-000003", ["IncidentOpened"])
    assert "service-desk" in outcome.entries[0].text
    assert outcome.entries[0].actor == "Li Wei <li@example.com>"


def test_a_reply_to_an_open_incident_joins_it() -> None:
    outcome = received(a_reply("INC-000001", text="Any news?"), an_incident())
    assert (outcome.fate, outcome.incident_id, facts(outcome)) == ("joined", "INC-000001", ["RequestJoined"])
    assert [(entry.kind, entry.text) for entry in outcome.entries] == [("reply", "Any news?")]


def test_a_reply_to_an_incident_that_never_was_opens_one_under_its_own_reference() -> None:
    outcome = received(a_reply("INC-999999", "INC-000004"), None)
    assert (outcome.fate, outcome.incident_id, outcome.follows) == ("opened", "INC-000004", None)


@pytest.mark.parametrize("ended_long_ago", [timedelta(), WITHIN])
def test_a_persons_reply_reopens_what_was_resolved(ended_long_ago: timedelta) -> None:
    outcome = received(a_reply("INC-000001", received_at=NOON + ended_long_ago), resolved(an_incident()))
    joined, reopened = outcome.changes
    assert isinstance(joined.fact, RequestJoined)
    assert isinstance(reopened.fact, IncidentReopened)
    assert (joined.incident.version, reopened.incident.version) == (3, 4)
    assert reopened.fact.by == "li@example.com"
    assert reopened.incident.status is IncidentStatus.REOPENED
    assert kinds(outcome) == ["reply"]


def test_a_persons_reply_reopens_what_was_closed_lately() -> None:
    known = close(resolved(an_incident()), "ana", NOON)[-1].incident
    outcome = received(a_reply("INC-000001", received_at=NOON + WITHIN), known)
    assert facts(outcome) == ["RequestJoined", "IncidentReopened"]


def test_a_reply_that_crossed_the_resolution_reopens() -> None:
    outcome = received(a_reply("INC-000001", received_at=after(minutes=-1)), resolved(an_incident()))
    assert facts(outcome) == ["RequestJoined", "IncidentReopened"]


def test_a_reply_too_late_opens_a_new_incident_that_is_linked() -> None:
    known = close(resolved(an_incident(customer="Shop Ltd")), "ana", NOON)[-1].incident
    outcome = received(a_reply("INC-000001", "INC-000005", received_at=after(days=7, seconds=1)), known)
    assert (outcome.fate, outcome.incident_id, outcome.follows) == ("opened", "INC-000005", "INC-000001")
    assert facts(outcome) == ["IncidentOpened"]
    opened = outcome.changes[0].incident
    assert (opened.language, opened.customer) == ("zh", "Shop Ltd")
    assert opened.links == (Link(incident_id="INC-000001", kind=LinkKind.FOLLOWS),)
    links = {entry.incident_id: entry.text for entry in outcome.entries[1:]}
    assert "INC-000005" in links["INC-000001"]
    assert "INC-000001" in links["INC-000005"]


@pytest.mark.parametrize(
    ("origin", "kind"),
    [
        (Origin.AUTO_REPLY, "auto_reply"),
        (Origin.BULK, "bulk"),
        (Origin.BOUNCE, "bounce"),
        (Origin.MACHINE, "message"),
    ],
)
@pytest.mark.parametrize("late", [timedelta(), timedelta(days=300)])
def test_what_no_person_wrote_joins_and_reopens_nothing(origin: Origin, kind: str, late: timedelta) -> None:
    reply = a_reply("INC-000001", origin=origin, received_at=NOON + late)
    outcome = received(reply, resolved(an_incident()))
    assert (facts(outcome), kinds(outcome)) == (["RequestJoined"], [kind])


@pytest.mark.parametrize("known", [None, an_alert(), resolved(an_alert())], ids=["none", "open", "resolved"])
@pytest.mark.parametrize(
    "request_",
    [
        a_request(),
        a_reply("INC-000001"),
        a_reply("INC-000001", origin=Origin.BOUNCE),
        a_signal(),
        a_clearing(received_at=after(minutes=1)),
    ],
    ids=["request", "reply", "bounce", "signal", "clearing"],
)
def test_a_request_leads_to_its_incident_by_exactly_one_fact(
    request_: Inbound, known: Incident | None
) -> None:
    outcome = received(request_, known)
    leading = [one.fact for one in outcome.changes if isinstance(one.fact, IncidentOpened | RequestJoined)]
    ignored = outcome.fate == "ignored"
    assert [fact.request_id for fact in leading] == ([] if ignored else [request_.request_id])
    assert ignored == (
        known is None and isinstance(request_, SignalReceived) and request_.status is SignalStatus.RESOLVED
    )


def waiting() -> Incident:
    return ask(an_incident(), "ana", "Since when?", NOON).incident


def test_an_answer_ends_the_wait() -> None:
    outcome = received(a_reply("INC-000001", received_at=after(minutes=5)), waiting())
    joined, resumed = outcome.changes
    assert isinstance(resumed.fact, IncidentResumed)
    assert (resumed.fact.by, resumed.incident.version) == ("li@example.com", joined.incident.version + 1)
    assert (resumed.incident.status, resumed.incident.question) == (IncidentStatus.IN_PROGRESS, None)


@pytest.mark.parametrize(
    "reply",
    [
        a_reply("INC-000001", received_at=after(minutes=-1)),
        a_reply("INC-000001", origin=Origin.AUTO_REPLY, received_at=after(minutes=5)),
    ],
    ids=["it crossed the question", "nobody wrote it"],
)
def test_what_is_no_answer_leaves_it_waiting(reply: Inbound) -> None:
    outcome = received(reply, waiting())
    assert facts(outcome) == ["RequestJoined"]
    assert outcome.changes[0].incident.status is IncidentStatus.WAITING


def test_a_persons_reply_to_what_was_cancelled_opens_a_new_incident() -> None:
    known = cancel(an_incident(), "ana", "An advertisement.").incident
    outcome = received(a_reply("INC-000001", "INC-000005"), known)
    assert (outcome.fate, outcome.incident_id, outcome.follows) == ("opened", "INC-000005", "INC-000001")
    assert received(a_reply("INC-000001", origin=Origin.BULK), known).fate == "joined"
