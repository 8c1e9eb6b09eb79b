"""How an incident begins, and what joins it."""

from typing import Any

import pytest

from candor_common.events import (
    Channel,
    Contact,
    IncidentOpened,
    IncidentStatus,
    Kind,
    Lane,
    Origin,
    Priority,
    RequestJoined,
)
from candor_triage.domain.ending import cancel, close, reopen, resolve
from candor_triage.domain.life import SIGNAL
from candor_triage.domain.opening import is_untouched, join, open_incident
from candor_triage.domain.work import acknowledge, assign
from tests.unit.triage.builders import (
    CHARTER,
    FIXED,
    LI,
    NOON,
    a_reply,
    a_request,
    a_signal,
    an_alert,
    an_incident,
)


def test_a_request_opens_an_incident_under_its_own_reference() -> None:
    change = open_incident(a_request("INC-000007", text="The site is down!", urgent=True), CHARTER)
    assert isinstance(change.fact, IncidentOpened)
    assert (change.incident.id, change.incident.version) == ("INC-000007", 1)
    assert change.incident.status is IncidentStatus.OPEN
    assert (change.incident.priority, change.incident.lane) == (Priority.P1, Lane.EMERGENCY)
    assert (change.incident.team, change.incident.kind) == ("operations", Kind.FAULT)
    assert change.incident.reason.startswith("rule outage")
    assert (change.incident.requester, change.incident.language) == (LI, "zh")
    assert (change.incident.opened_at, change.incident.charter_version) == (NOON, CHARTER.version)


def test_a_signal_opens_an_incident_that_nobody_asked_for() -> None:
    incident = open_incident(a_signal(severity="critical"), CHARTER).incident
    assert incident.requester is None
    assert (incident.channel, incident.signal_key) == (Channel.ALERT, "disk-db01")
    assert incident.priority is Priority.P1
    assert is_untouched(incident)


@pytest.mark.parametrize(
    "origin", [Origin.AUTO_REPLY, Origin.BULK, Origin.BOUNCE, Origin.MACHINE, Origin.UNKNOWN]
)
def test_what_no_person_wrote_has_no_requester_to_be_answered(origin: Origin) -> None:
    assert an_incident(origin=origin).requester is None


def test_a_mail_that_names_nobody_has_no_requester() -> None:
    assert an_incident(sender=Contact(address="")).requester is None


@pytest.mark.parametrize(
    ("subject", "text", "title"),
    [
        ("  A\tlong \n line ", "words", "A long line"),
        ("", "The first\nwords", "The first words"),
        ("x" * 300, "", "x" * 200),
        (" ", " ", "(without a subject)"),
    ],
)
def test_the_title_is_one_line_and_never_empty(subject: str, text: str, title: str) -> None:
    assert an_incident(subject_line=subject, text=text).title == title


def test_a_reply_that_opens_an_incident_keeps_the_language_of_the_conversation() -> None:
    before = an_incident(language="zh-Hant")
    assert open_incident(a_reply("INC-000001"), CHARTER, follows=before).incident.language == "zh-Hant"


def test_joining_changes_the_version_and_nothing_else() -> None:
    reply = a_reply("INC-000001", "INC-000002")
    closed = close(resolve(an_incident(), "ana", FIXED, NOON).incident, "ana", NOON)[-1].incident
    change = join(closed, reply)
    assert change.incident == closed.model_copy(update={"version": closed.version + 1})
    assert isinstance(change.fact, RequestJoined)
    assert (change.fact.request_id, change.fact.reference) == (reply.request_id, "INC-000002")


@pytest.mark.parametrize(
    ("given", "text", "lane"),
    [
        (Lane.VIP, "How do I add a user?", Lane.VIP),
        (Lane.VIP, "The site is down", Lane.EMERGENCY),
        (Lane.EMERGENCY, "How do I add a user?", Lane.EMERGENCY),
        (Lane.UNKNOWN, "How do I add a user?", Lane.STANDARD),
        (None, "How do I add a user?", Lane.STANDARD),
    ],
)
def test_a_contract_makes_the_lane_faster_and_never_slower(given: Lane | None, text: str, lane: Lane) -> None:
    incident = an_incident(subject_line="Hello", text=text, lane=given, customer="Shop Ltd")
    assert (incident.lane, incident.customer) == (lane, "Shop Ltd")


def test_what_follows_an_incident_of_a_vip_is_one_too() -> None:
    before = an_incident(lane=Lane.VIP)
    assert open_incident(a_reply("INC-000001"), CHARTER, follows=before).incident.lane is Lane.VIP


@pytest.mark.parametrize(
    ("text", "unsure", "reason"),
    [
        ("Lorem ipsum.", True, "fallback: no rule matched"),
        ("The site is down.", False, 'rule outage: words "site down", "is down"'),
        ("The site is down, we were hacked.", True, "but rule security breach says security for security"),
        ("The site is down, data are gone.", False, "rule outage"),
        ("Poor service, and an error.", True, "but rule application says fault for service-desk"),
        ("Packet loss on a failing disk.", False, "rule network"),
    ],
    ids=["no rule", "one rule", "another kind", "the same kind and team", "as urgent", "of the same team"],
)
def test_it_is_unsure_when_no_rule_speaks_or_two_disagree(text: str, unsure: bool, reason: str) -> None:
    incident = an_incident(subject_line="Hello", text=text)
    assert incident.unsure is unsure
    assert reason.replace('"site down", ', "") in incident.reason


def test_an_alert_is_not_unsure_because_its_words_fit_a_rule_too() -> None:
    assert not an_alert(subject_line="HighErrorRate", text="Many errors").unsure


CLEARED = resolve(an_alert(), SIGNAL, FIXED, NOON).incident
UNTOUCHED: dict[str, Any] = {
    "open": an_alert(),
    "given by the charter": assign(an_alert(), "charter", "bo").incident,
    "joined by a signal": join(an_alert(), a_signal()).incident,
    "reopened without anybody": reopen(CLEARED, SIGNAL).incident,
    "reopened and given by the charter": assign(reopen(CLEARED, SIGNAL).incident, "charter", "bo").incident,
}
TOUCHED: dict[str, Any] = {
    "cancelled": cancel(an_alert(), "ana", "A test.").incident,
    "given by a person": assign(an_alert(), "ana", "bo").incident,
    "written in by a customer": join(an_alert(), a_reply("INC-000080")).incident,
    "before touches were kept": acknowledge(an_alert(), "ana", NOON).incident.model_copy(
        update={"touched": False}
    ),
    "acknowledged": acknowledge(an_alert(), "ana", NOON).incident,
    "handed on": assign(acknowledge(an_alert(), "ana", NOON).incident, "ana", "bo").incident,
    "reopened": reopen(resolve(an_alert(), "ana", FIXED, NOON).incident, SIGNAL).incident,
}


@pytest.mark.parametrize("case", [*UNTOUCHED, *TOUCHED])
def test_whatever_a_person_does_touches_an_incident(case: str) -> None:
    assert is_untouched((UNTOUCHED | TOUCHED)[case]) is (case in UNTOUCHED)
