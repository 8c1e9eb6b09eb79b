"""What a request means, given the incident that it is about."""

from datetime import datetime, timedelta

import pytest

from candor_common.events import (
    Incident,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentResumed,
    IncidentStatus,
    Link,
    LinkKind,
    Origin,
    RequestJoined,
    SignalReceived,
    SignalStatus,
)
from candor_triage.domain.arrival import CLEARED, Outcome, newest, receive
from candor_triage.domain.ending import cancel, close, merge, reopen, resolve
from candor_triage.domain.opening import Inbound
from candor_triage.domain.work import acknowledge, ask, assign
from tests.unit.triage.builders import (
    CHARTER,
    FIXED,
    NOON,
    a_clearing,
    a_reply,
    a_request,
    a_signal,
    after,
    an_alert,
    an_incident,
)

WITHIN = CHARTER.reopen_within
RESOLVED = SignalStatus.RESOLVED


def received(request: Inbound, known: Incident | None) -> Outcome:
    return receive(request, known, CHARTER)


def resolved(incident: Incident, by: str = "ana") -> Incident:
    return resolve(incident, by, FIXED, NOON).incident


def cleared(incident: Incident) -> Incident:
    return received(a_clearing(received_at=NOON), incident).changes[-1].incident


def facts(outcome: Outcome) -> list[str]:
    return [type(change.fact).__name__ for change in outcome.changes]


def kinds(outcome: Outcome) -> list[str]:
    return [entry.kind for entry in outcome.entries]


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


def test_a_signal_opens() -> None:
    outcome = received(a_signal("INC-000006"), None)
    assert (outcome.fate, outcome.incident_id) == ("opened", "INC-000006")
    assert outcome.entries[0].actor == "monitoring"


def test_a_signal_that_fires_on_joins() -> None:
    outcome = received(a_signal("INC-000006"), an_alert())
    assert (outcome.fate, facts(outcome), kinds(outcome)) == ("joined", ["RequestJoined"], ["signal"])


def test_a_signal_of_a_status_unknown_here_counts_as_trouble() -> None:
    assert received(a_signal(status=SignalStatus.UNKNOWN), None).fate == "opened"


@pytest.mark.parametrize("late", [timedelta(seconds=1), WITHIN])
def test_a_signal_that_comes_back_soon_reopens(late: timedelta) -> None:
    outcome = received(a_signal(received_at=NOON + late), resolved(an_alert()))
    assert facts(outcome) == ["RequestJoined", "IncidentReopened"]
    assert outcome.changes[1].fact.model_dump()["by"] == "signal"


def test_a_signal_from_before_the_resolution_reopens_nothing() -> None:
    outcome = received(a_signal(received_at=NOON), resolved(an_alert()))
    assert facts(outcome) == ["RequestJoined"]


def test_a_signal_that_comes_back_late_opens_a_new_incident() -> None:
    outcome = received(a_signal("INC-000006", received_at=NOON + WITHIN * 2), resolved(an_alert()))
    assert (outcome.fate, outcome.incident_id) == ("opened", "INC-000006")


def test_a_signal_that_clears_joins_and_resolves_what_nobody_touched() -> None:
    outcome = received(a_clearing(received_at=after(minutes=3)), an_alert())
    joined, change = outcome.changes
    assert isinstance(joined.fact, RequestJoined)
    assert isinstance(change.fact, IncidentResolved)
    assert (joined.incident.version, change.incident.version) == (2, 3)
    assert (change.fact.by, change.fact.resolution) == ("signal", CLEARED)
    assert change.incident.resolved_at == after(minutes=3)
    assert kinds(outcome) == ["signal_cleared"]


@pytest.mark.parametrize(
    "known",
    [
        acknowledge(an_alert(), "ana", NOON).incident,
        reopen(resolved(an_alert()), "signal").incident,
        resolved(an_alert()),
        close(resolved(an_alert()), "ana", NOON)[-1].incident,
        assign(an_alert(), "lea", "ana").incident,
        assign(reopen(resolved(an_alert()), "signal").incident, "charter", "bo").incident,
        reopen(cleared(an_alert()), "lea").incident,
        received(a_reply("INC-000080"), an_alert()).changes[-1].incident,
    ],
    ids=[
        "a person has it",
        "a person once had it",
        "resolved",
        "closed",
        "a person gave it to somebody",
        "a person once had it, and the charter gave it to another",
        "a person opened it again",
        "a customer wrote in it",
    ],
)
def test_a_signal_that_clears_only_joins_what_a_person_had_or_what_is_over(known: Incident) -> None:
    outcome = received(a_clearing(received_at=NOON + WITHIN), known)
    assert (outcome.fate, facts(outcome), kinds(outcome)) == ("joined", ["RequestJoined"], ["signal_cleared"])
    assert outcome.changes[0].incident.status is known.status


@pytest.mark.parametrize("at", [NOON, after(minutes=3)], ids=["in the same instant", "later"])
def test_a_signal_that_comes_back_reopens_what_a_signal_had_cleared_and_clears_it_again(at: datetime) -> None:
    given = assign(reopened(at), "charter", "bo").incident
    assert not given.touched
    outcome = received(a_clearing(received_at=after(minutes=9)), given)
    assert facts(outcome) == ["RequestJoined", "IncidentResolved"]
    assert outcome.changes[-1].incident.resolved_at == after(minutes=9)


def reopened(at: datetime) -> Incident:
    """An alert that was given to somebody by the charter, cleared at noon, and came back."""
    known = cleared(assign(an_alert(), "charter", "ana").incident)
    outcome = received(a_signal(received_at=at), known)
    assert facts(outcome) == ["RequestJoined", "IncidentReopened"]
    return outcome.changes[-1].incident


def test_what_clears_is_over_since_the_monitoring_said_so_and_what_fires_after_that_is_a_fault() -> None:
    known = received(a_clearing(received_at=after(minutes=3)), an_alert()).changes[-1].incident
    assert facts(received(a_signal(received_at=after(minutes=2)), known)) == ["RequestJoined"]
    assert facts(received(a_signal(received_at=after(minutes=4)), known))[1:] == ["IncidentReopened"]


@pytest.mark.parametrize("known", [None, resolved(an_alert())], ids=["none", "over for long"])
def test_a_signal_that_clears_nothing_known_is_ignored(known: Incident | None) -> None:
    late = NOON + WITHIN + timedelta(seconds=1)
    assert received(a_clearing(received_at=late), known) == Outcome("ignored")


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
    assert ignored == (known is None and isinstance(request_, SignalReceived) and request_.status is RESOLVED)


def test_a_signal_is_about_the_open_incident_else_about_the_last_that_ended() -> None:
    opened, early = an_alert("INC-000001"), resolved(an_alert("INC-000003"))
    late = resolve(an_alert("INC-000002"), "ana", FIXED, after(hours=1)).incident
    assert newest([early, opened, late]) is opened
    assert newest([early, late]) is late
    assert newest([]) is None


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


def test_a_signal_is_never_about_what_was_cancelled_or_merged() -> None:
    cancelled = cancel(an_alert("INC-000002"), "ana", "A test of the monitoring.").incident
    merged = merge(an_alert("INC-000003"), an_incident(), "ana")[0].incident
    ended = resolved(an_alert("INC-000004"))
    assert newest([cancelled, merged]) is None
    assert newest([cancelled, ended, merged]) is ended


def test_a_signal_that_clears_does_not_resolve_what_is_about_more_than_it() -> None:
    outcome = received(a_clearing(signal_key="disk-db02", received_at=after(minutes=3)), an_alert())
    assert facts(outcome) == ["RequestJoined"]
