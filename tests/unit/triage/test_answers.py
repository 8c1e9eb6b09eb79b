"""Whose reply ends the wait for an answer: that of who was asked."""

from typing import Any

import pytest

from candor_common.events import Channel, Contact, Incident, IncidentStatus
from candor_triage.domain.arrival import Outcome, receive
from candor_triage.domain.ending import merge
from candor_triage.domain.work import ask
from tests.unit.triage.arrivals import facts
from tests.unit.triage.builders import CHARTER, LI, NOON, a_reply, after, an_incident

ZOE = Contact(address="zoe@mill.example", name="Zoe")


def asked(**given: Any) -> Incident:
    return ask(an_incident(**given), "ana", "Since when?", NOON).incident


def told(known: Incident, sender: Contact, *merged: Incident, channel: Channel = Channel.MAIL) -> Outcome:
    words = a_reply(known.id, sender=sender, channel=channel, received_at=after(minutes=5))
    return receive(words, known, CHARTER, merged)


def with_zoes(known: Incident, customer: str | None) -> tuple[Incident, Incident]:
    """An incident into which one of Zoe's was merged, and that one."""
    hers = an_incident("INC-000002", sender=ZOE, customer=customer)
    gone, stays, *_ = merge(hers, known, "ana")
    return stays.incident, gone.incident


JOINS, RESUMES = ["RequestJoined"], ["RequestJoined", "IncidentResumed"]


@pytest.mark.parametrize(
    ("ours", "hers", "happens"),
    [
        ("Shop Ltd", "Mill Inc", JOINS),
        ("Shop Ltd", None, JOINS),
        (None, None, JOINS),
        ("Shop Ltd", "Shop Ltd", RESUMES),
    ],
    ids=["another organisation", "an unknown one", "both unknown", "the same"],
)
def test_in_a_merged_incident_only_the_organisation_that_was_asked_answers(
    ours: str | None, hers: str | None, happens: list[str]
) -> None:
    known, gone = with_zoes(asked(customer=ours), hers)
    outcome = told(known, ZOE, gone)
    assert facts(outcome) == happens
    waits = outcome.changes[-1].incident.status is IncidentStatus.WAITING
    assert waits is (happens == JOINS)
    assert facts(told(known, LI, gone)) == RESUMES


def test_a_strangers_words_wait_for_an_answer_like_any_others() -> None:
    known, gone = with_zoes(asked(customer="Shop Ltd"), "Mill Inc")
    [joined] = told(known, ZOE, gone).changes
    assert getattr(joined.fact, "by_customer") is True  # noqa: B009 - one fact of many
    assert joined.incident.question == known.question


def test_whoever_was_sent_a_copy_was_not_asked() -> None:
    assert facts(told(asked(), ZOE)) == JOINS
    assert facts(told(asked(), LI.model_copy(update={"address": "LI@Example.com"}))) == RESUMES


def test_in_a_thread_that_a_provider_vouches_for_the_second_person_answers_too() -> None:
    ann, bob = Contact(address="slack:T1/U1"), Contact(address="slack:T1/U2")
    known = asked(channel=Channel.SLACK, sender=ann)
    assert facts(told(known, bob, channel=Channel.SLACK)) == RESUMES
    merged, gone = with_zoes(known, None)
    assert facts(told(merged, bob, gone, channel=Channel.SLACK)) == JOINS
