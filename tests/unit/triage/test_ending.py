"""How incidents end, how ends are taken back, and how incidents are tied together."""

import pytest

from candor_common.events import (
    Incident,
    IncidentClosed,
    IncidentLinked,
    IncidentMerged,
    IncidentResolved,
    IncidentStatus,
    IncidentVerified,
    Link,
    LinkKind,
)
from candor_triage.domain import customer
from candor_triage.domain.ending import cancel, close, confirm, link, merge, reopen, resolve, verify
from candor_triage.domain.life import SIGNAL, Refused, allowed
from candor_triage.domain.opening import is_untouched
from candor_triage.domain.work import Estimation, acknowledge, ask, estimate, give_workaround
from tests.unit.triage.builders import FIXED, LI, NOON, after, an_alert, an_incident


def in_progress(reference: str = "INC-000001") -> Incident:
    return acknowledge(an_incident(reference), "ana", after(minutes=5)).incident


def resolved() -> Incident:
    return resolve(in_progress(), "ana", FIXED, after(hours=1)).incident


def verified() -> Incident:
    return verify(resolved(), "charter", after(hours=2)).incident


def closed() -> Incident:
    return close(resolved(), "ana", after(hours=2))[-1].incident


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


def test_a_resolution_leaves_no_question_open() -> None:
    asked = ask(in_progress(), "ana", "Since when?", NOON).incident
    assert resolve(asked, "ana", FIXED, NOON).incident.question is None


def test_who_has_checked_the_fix_says_so() -> None:
    change = verify(resolved(), "bo", after(hours=2))
    assert isinstance(change.fact, IncidentVerified)
    assert (change.fact.by, change.fact.by_customer) == ("bo", False)
    assert (change.incident.status, change.incident.verified_at) == (IncidentStatus.VERIFIED, after(hours=2))


def test_the_customers_word_verifies_it() -> None:
    change = customer.confirmed(resolved(), LI, after(hours=2))
    assert isinstance(change.fact, IncidentVerified)
    assert (change.fact.by, change.fact.by_customer) == ("li@example.com", True)
    noted = confirm(resolved(), "ana", after(hours=2)).fact
    assert isinstance(noted, IncidentVerified)
    assert (noted.by, noted.by_customer) == ("ana", True)


def test_what_no_customer_wrote_no_customer_confirms() -> None:
    cleared = resolve(an_alert(), SIGNAL, FIXED, NOON).incident
    with pytest.raises(Refused, match="no customer wrote it"):
        confirm(cleared, "ana", NOON)


def test_the_customers_no_opens_it_again() -> None:
    incident = customer.not_solved(verified(), LI, "It is slow.").incident
    assert (incident.status, incident.reopened) == (IncidentStatus.REOPENED, 1)
    with pytest.raises(Refused, match="nobody has resolved it yet"):
        customer.not_solved(in_progress(), LI, None)


@pytest.mark.parametrize("ended", [resolved(), verified(), closed()], ids=["resolved", "verified", "closed"])
def test_a_reopened_incident_remembers_its_owner_and_forgets_its_end(ended: Incident) -> None:
    incident = reopen(ended, "ana", "It is slow.").incident
    assert (incident.status, incident.owner) == (IncidentStatus.REOPENED, "ana")
    assert (incident.resolved_at, incident.closed_at, incident.resolution) == (None, None, None)
    assert (incident.verified_at, incident.acknowledged_at, incident.reopened) == (None, None, 1)


def test_what_was_said_of_the_first_fix_does_not_hold_for_the_second() -> None:
    told = estimate(in_progress(), "ana", Estimation(after(hours=2), "A disk."), NOON).incident
    told = give_workaround(told, "ana", "Use the copy.", NOON).incident
    incident = reopen(resolve(told, "ana", FIXED, NOON).incident, "ana").incident
    assert (incident.estimate, incident.workaround) == (None, None)


def test_a_closed_incident_keeps_how_it_was_resolved() -> None:
    incident = closed()
    assert (incident.resolution, incident.resolved_at) == (FIXED, after(hours=1))
    assert (incident.status, incident.closed_at) == (IncidentStatus.CLOSED, after(hours=2))


def test_who_closes_what_nobody_verified_verifies_it_first() -> None:
    first, second = close(resolved(), "ana", after(hours=2))
    assert isinstance(first.fact, IncidentVerified)
    assert isinstance(second.fact, IncidentClosed)
    assert (first.incident.version, second.incident.version) == (4, 5)
    assert second.incident.verified_at == after(hours=2)
    [only] = close(verified(), "ana", after(hours=3))
    assert (only.incident.verified_at, only.incident.closed_at) == (after(hours=2), after(hours=3))


def test_a_closed_incident_can_only_be_reopened() -> None:
    with pytest.raises(Refused, match="it is closed") as refused:
        resolve(closed(), "ana", FIXED, NOON)
    assert refused.value.allowed == allowed(closed()) == ["reopen", "note", "decision", "link"]


def test_nothing_but_words_comes_after_a_cancellation() -> None:
    incident = cancel(in_progress(), "ana", "An advertisement.").incident
    assert (incident.status, allowed(incident)) == (IncidentStatus.CANCELLED, ["note", "decision"])
    with pytest.raises(Refused, match="it is cancelled"):
        reopen(incident, "ana")


def test_one_of_two_about_the_same_goes_on_for_both() -> None:
    gone, stays = merge(in_progress(), in_progress("INC-000002"), "ana")
    assert isinstance(gone.fact, IncidentMerged)
    assert isinstance(stays.fact, IncidentLinked)
    assert (gone.incident.status, gone.incident.merged_into) == (IncidentStatus.MERGED, "INC-000002")
    assert stays.incident.links == (Link(incident_id="INC-000001", kind=LinkKind.MERGED_FROM),)
    assert stays.incident.status is IncidentStatus.IN_PROGRESS


def test_nothing_is_merged_into_itself_or_into_what_nobody_works_on() -> None:
    with pytest.raises(Refused, match="INC-000001 is the same incident"):
        merge(in_progress(), in_progress(), "ana")
    with pytest.raises(Refused, match="INC-000001 is closed; `link` the two, or reopen it"):
        merge(in_progress("INC-000002"), closed(), "ana")
    gone = merge(in_progress("INC-000003"), in_progress("INC-000004"), "ana")[0].incident
    with pytest.raises(Refused, match="INC-000003 is part of INC-000004 now; name that one"):
        merge(in_progress(), gone, "ana")


@pytest.mark.parametrize(
    ("kind", "back"),
    [("related", "related"), ("follows", "followed_by"), ("followed_by", "follows")],
)
def test_both_ends_remember_a_link(kind: str, back: str) -> None:
    one, other = link(closed(), in_progress("INC-000002"), "ana", LinkKind(kind))
    assert one.incident.links == (Link(incident_id="INC-000002", kind=LinkKind(kind)),)
    assert other.incident.links == (Link(incident_id="INC-000001", kind=LinkKind(back)),)
    with pytest.raises(Refused, match="it has a link to INC-000002 already"):
        link(one.incident, other.incident, "ana", LinkKind.RELATED)
