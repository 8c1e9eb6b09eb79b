"""What a request means, given the incident that it is about."""

from datetime import datetime, timedelta

import pytest

from candor_common.events import (
    Incident,
    IncidentReopened,
    IncidentResolved,
    IncidentStatus,
    Origin,
    RequestJoined,
    SignalStatus,
)
from candor_triage.domain.arrival import CLEARED, Outcome, newest, receive
from candor_triage.domain.incident import Inbound, acknowledge, close, reopen, resolve
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


def received(request: Inbound, known: Incident | None, now: datetime = NOON) -> Outcome:
    return receive(request, known, CHARTER, now)


def resolved(incident: Incident, by: str = "ana") -> Incident:
    return resolve(incident, by, FIXED, NOON).incident


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
    assert reopened.incident.status is IncidentStatus.OPEN
    assert kinds(outcome) == ["reply", "reopened"]


def test_a_persons_reply_reopens_what_was_closed_lately() -> None:
    known = close(resolved(an_incident()), "ana", NOON).incident
    outcome = received(a_reply("INC-000001", received_at=NOON + WITHIN), known)
    assert facts(outcome) == ["RequestJoined", "IncidentReopened"]


def test_a_reply_that_crossed_the_resolution_reopens() -> None:
    outcome = received(a_reply("INC-000001", received_at=after(minutes=-1)), resolved(an_incident()))
    assert facts(outcome) == ["RequestJoined", "IncidentReopened"]


def test_a_reply_too_late_opens_a_new_incident_that_is_linked() -> None:
    known = close(resolved(an_incident()), "ana", NOON).incident
    outcome = received(a_reply("INC-000001", "INC-000005", received_at=after(days=7, seconds=1)), known)
    assert (outcome.fate, outcome.incident_id, outcome.follows) == ("opened", "INC-000005", "INC-000001")
    assert facts(outcome) == ["IncidentOpened"]
    assert outcome.changes[0].incident.language == "zh"
    links = {entry.incident_id: entry.text for entry in outcome.entries[1:]}
    assert "INC-000005" in links["INC-000001"]
    assert "INC-000001" in links["INC-000005"]


@pytest.mark.parametrize(
    ("origin", "kind"),
    [(Origin.AUTO_REPLY, "auto_reply"), (Origin.BULK, "bulk"), (Origin.MACHINE, "message")],
)
@pytest.mark.parametrize("late", [timedelta(), timedelta(days=300)])
def test_what_no_person_wrote_joins_and_reopens_nothing(origin: Origin, kind: str, late: timedelta) -> None:
    reply = a_reply("INC-000001", origin=origin, received_at=NOON + late)
    outcome = received(reply, resolved(an_incident()))
    assert (facts(outcome), kinds(outcome)) == (["RequestJoined"], [kind])


def test_a_bounce_is_only_noted() -> None:
    outcome = received(a_reply("INC-000001", origin=Origin.BOUNCE), resolved(an_incident()))
    assert (outcome.fate, facts(outcome), kinds(outcome)) == ("noted", [], ["bounce"])


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


def test_a_signal_that_clears_resolves_what_nobody_touched() -> None:
    outcome = received(a_clearing(), an_alert(), after(minutes=3))
    [change] = outcome.changes
    assert isinstance(change.fact, IncidentResolved)
    assert (change.fact.by, change.fact.resolution) == ("signal", CLEARED)
    assert change.incident.resolved_at == after(minutes=3)
    assert kinds(outcome) == ["signal_cleared", "resolved"]


def test_a_signal_that_clears_is_noted_where_a_person_has_it() -> None:
    known = acknowledge(an_alert(), "ana", NOON).incident
    outcome = received(a_clearing(), known)
    assert (outcome.fate, facts(outcome), kinds(outcome)) == ("noted", [], ["signal_cleared"])


def test_a_signal_that_clears_is_noted_where_a_person_once_had_it() -> None:
    known = reopen(resolved(an_alert()), "signal").incident
    assert received(a_clearing(), known).fate == "noted"


@pytest.mark.parametrize("known", [None, resolved(an_alert())], ids=["none", "resolved"])
def test_a_signal_that_clears_nothing_open_is_ignored(known: Incident | None) -> None:
    assert received(a_clearing(), known) == Outcome("ignored")


def test_a_signal_is_about_the_open_incident_else_about_the_last_that_ended() -> None:
    opened, early = an_alert("INC-000001"), resolved(an_alert("INC-000003"))
    late = resolve(an_alert("INC-000002"), "ana", FIXED, after(hours=1)).incident
    assert newest([early, opened, late]) is opened
    assert newest([early, late]) is late
    assert newest([]) is None
