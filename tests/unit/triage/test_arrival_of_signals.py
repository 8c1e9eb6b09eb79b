"""What a signal of the monitoring means, given the incident that it is about."""

from datetime import datetime, timedelta

import pytest

from candor_common.events import Incident, IncidentResolved, RequestJoined, SignalStatus
from candor_triage.domain.arrival import CLEARED, Outcome, newest
from candor_triage.domain.ending import cancel, close, merge, reopen, resolve
from candor_triage.domain.work import acknowledge, assign
from tests.unit.triage.arrivals import WITHIN, cleared, facts, kinds, received, resolved
from tests.unit.triage.builders import (
    FIXED,
    NOON,
    a_clearing,
    a_reply,
    a_signal,
    after,
    an_alert,
    an_incident,
)


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


def test_a_signal_is_about_the_open_incident_else_about_the_last_that_ended() -> None:
    opened, early = an_alert("INC-000001"), resolved(an_alert("INC-000003"))
    late = resolve(an_alert("INC-000002"), "ana", FIXED, after(hours=1)).incident
    assert newest([early, opened, late]) is opened
    assert newest([early, late]) is late
    assert newest([]) is None


def test_a_signal_is_never_about_what_was_cancelled_or_merged() -> None:
    cancelled = cancel(an_alert("INC-000002"), "ana", "A test of the monitoring.").incident
    merged = merge(an_alert("INC-000003"), an_incident(), "ana")[0].incident
    ended = resolved(an_alert("INC-000004"))
    assert newest([cancelled, merged]) is None
    assert newest([cancelled, ended, merged]) is ended


def test_a_signal_that_clears_does_not_resolve_what_is_about_more_than_it() -> None:
    outcome = received(a_clearing(signal_key="disk-db02", received_at=after(minutes=3)), an_alert())
    assert facts(outcome) == ["RequestJoined"]
