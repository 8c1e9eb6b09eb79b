"""What an incident allows when, and what it becomes."""

from datetime import datetime, timedelta, timezone

import pytest

from candor_common.events import (
    Channel,
    Contact,
    Incident,
    IncidentAcknowledged,
    IncidentOpened,
    IncidentResolved,
    IncidentStatus,
    IncidentUpdated,
    Kind,
    Lane,
    Origin,
    Priority,
    RequestJoined,
    Update,
)
from candor_triage.domain.incident import (
    SIGNAL,
    Refused,
    acknowledge,
    allowed,
    close,
    is_untouched,
    join,
    open_incident,
    reopen,
    resolve,
    update,
)
from tests.unit.triage.builders import (
    CHARTER,
    FIXED,
    LI,
    NOON,
    a_reply,
    a_request,
    a_signal,
    after,
    an_alert,
    an_incident,
)


def saying(next_by: datetime | None = None) -> Update:
    return Update(doing="We look at the disk.", expect="It takes an hour.", next_by=next_by)


def in_progress() -> Incident:
    return acknowledge(an_incident(), "ana", after(minutes=5)).incident


def resolved() -> Incident:
    return resolve(in_progress(), "ana", FIXED, after(hours=1)).incident


def closed() -> Incident:
    return close(resolved(), "ana", after(hours=2)).incident


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
    assert open_incident(a_reply("INC-000001"), CHARTER, language="zh-Hant").incident.language == "zh-Hant"


def test_joining_changes_the_version_and_nothing_else() -> None:
    reply = a_reply("INC-000001", "INC-000002")
    change = join(closed(), reply)
    assert change.incident == closed().model_copy(update={"version": closed().version + 1})
    assert isinstance(change.fact, RequestJoined)
    assert (change.fact.request_id, change.fact.reference) == (reply.request_id, "INC-000002")


def test_who_acknowledges_owns_it() -> None:
    change = acknowledge(an_incident(), "ana", after(minutes=5))
    assert isinstance(change.fact, IncidentAcknowledged)
    assert change.fact.incident is change.incident
    assert (change.incident.status, change.incident.owner) == (IncidentStatus.IN_PROGRESS, "ana")
    assert (change.incident.acknowledged_at, change.incident.version) == (after(minutes=5), 2)


def test_an_update_acknowledges_where_nobody_has() -> None:
    change = update(an_incident(), "ana", saying(after(hours=1)), after(minutes=5))
    assert isinstance(change.fact, IncidentUpdated)
    assert change.fact.update == change.incident.last_update == saying(after(hours=1))
    assert (change.incident.status, change.incident.owner) == (IncidentStatus.IN_PROGRESS, "ana")
    assert change.incident.acknowledged_at == after(minutes=5)


def test_an_update_by_somebody_else_leaves_the_owner() -> None:
    incident = update(in_progress(), "bo", saying(), after(minutes=9)).incident
    assert (incident.owner, incident.acknowledged_at) == ("ana", after(minutes=5))


def test_the_next_word_is_promised_in_utc() -> None:
    given = after(hours=1).astimezone(timezone(timedelta(hours=8)))
    told = update(an_incident(), "ana", saying(given), NOON).incident.last_update
    assert told is not None
    assert told.next_by is not None
    assert told.next_by.isoformat() == "2026-03-03T13:00:00+00:00"


@pytest.mark.parametrize(
    ("next_by", "why"),
    [
        (
            NOON,
            "`next_by` is not in the future; name a time after 2026-03-03 12:00 and up to 2026-04-02 12:00 UTC.",
        ),
        (after(seconds=-1), "not in the future"),
        (after(days=30, microseconds=1), "more than 30 days ahead"),
    ],
)
def test_the_next_word_can_only_be_promised_for_the_next_30_days(next_by: datetime, why: str) -> None:
    with pytest.raises(Refused) as refused:
        update(an_incident(), "ana", saying(next_by), NOON)
    assert why in refused.value.why
    assert refused.value.allowed == ["acknowledge", "update", "resolve"]


@pytest.mark.parametrize("next_by", [after(microseconds=1), after(days=30)])
def test_the_next_word_can_be_promised_up_to_both_edges(next_by: datetime) -> None:
    assert update(an_incident(), "ana", saying(next_by), NOON).incident.last_update == saying(next_by)


def test_a_person_who_resolves_an_untouched_incident_owns_it() -> None:
    change = resolve(an_incident(), "ana", FIXED, after(hours=1))
    assert isinstance(change.fact, IncidentResolved)
    assert change.fact.resolution == change.incident.resolution == FIXED
    assert (change.incident.owner, change.incident.acknowledged_at) == ("ana", after(hours=1))
    assert (change.incident.status, change.incident.resolved_at) == (IncidentStatus.RESOLVED, after(hours=1))


def test_a_signal_that_resolves_an_incident_does_not_own_it() -> None:
    incident = resolve(an_alert(), SIGNAL, FIXED, after(hours=1)).incident
    assert is_untouched(incident)
    assert incident.acknowledged_at is None


@pytest.mark.parametrize("ended", [resolved(), closed()], ids=["resolved", "closed"])
def test_a_reopened_incident_is_open_again_and_remembers_its_owner(ended: Incident) -> None:
    incident = reopen(ended, "ana").incident
    assert (incident.status, incident.owner) == (IncidentStatus.OPEN, "ana")
    assert (incident.resolved_at, incident.closed_at, incident.resolution) == (None, None, None)
    assert incident.acknowledged_at is None


def test_a_closed_incident_keeps_how_it_was_resolved() -> None:
    incident = closed()
    assert (incident.resolution, incident.resolved_at) == (FIXED, after(hours=1))
    assert (incident.status, incident.closed_at) == (IncidentStatus.CLOSED, after(hours=2))


def test_a_second_person_is_told_who_has_it() -> None:
    with pytest.raises(Refused) as refused:
        acknowledge(in_progress(), "bo", NOON)
    assert refused.value.why == "INC-000001 can't take `acknowledge`: ana has it already."
    assert refused.value.allowed == ["update", "resolve"]


def test_an_open_incident_cannot_be_closed() -> None:
    with pytest.raises(Refused, match="nobody has resolved it yet") as refused:
        close(an_incident(), "ana", NOON)
    assert refused.value.allowed == ["acknowledge", "update", "resolve"]


def test_a_resolved_incident_takes_no_update() -> None:
    with pytest.raises(Refused, match="it is resolved") as refused:
        update(resolved(), "ana", saying(), NOON)
    assert refused.value.allowed == ["close", "reopen"]


def test_a_closed_incident_can_only_be_reopened() -> None:
    with pytest.raises(Refused, match="it is closed") as refused:
        resolve(closed(), "ana", FIXED, NOON)
    assert refused.value.allowed == allowed(closed()) == ["reopen"]


def test_a_status_of_a_later_version_allows_nothing() -> None:
    later = an_incident().model_copy(update={"status": IncidentStatus.UNKNOWN})
    with pytest.raises(Refused, match="not known here") as refused:
        reopen(later, "ana")
    assert refused.value.allowed == []
