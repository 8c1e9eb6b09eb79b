"""What the team reads about promises, messages, surveys and its own acts."""

from datetime import timedelta
from typing import Any

import pytest

from candor_common.events import (
    Channel,
    Fact,
    Message,
    MessageKind,
    MessageState,
    Priority,
    Promise,
    PromiseAtRisk,
    PromiseBreached,
    PromiseKept,
    PromiseKind,
    PromiseMade,
    PromiseState,
    PromiseWithdrawn,
    Survey,
    SurveyAnswered,
    SurveyInvited,
    Update,
)
from candor_triage.domain import timeline
from candor_triage.domain.incident import acknowledge, close, join, reopen, resolve, update
from candor_triage.domain.timeline import Entry
from tests.unit.triage.builders import FIXED, LI, NOON, a_reply, after, an_incident


def a_promise() -> Promise:
    return Promise(
        id="promise-1",
        incident_id="INC-000001",
        version=1,
        kind=PromiseKind.FIRST_RESPONSE,
        state=PromiseState.OPEN,
        made_at=NOON,
        due_at=after(hours=4),
        warn_at=after(hours=3),
        target=timedelta(hours=4),
        priority=Priority.P2,
        charter_version="v",
    )


def a_message(state: MessageState, **given: Any) -> Message:
    usual: dict[str, Any] = {
        "id": "message-1",
        "incident_id": "INC-000001",
        "kind": MessageKind.BREACH_NOTICE,
        "state": state,
        "channel": Channel.MAIL,
        "recipient": "li@example.com",
        "message_id": "<1@candor>",
        "cause_event_id": "event-1",
        "planned_at": NOON,
    }
    return Message(**usual | given)


def a_survey(**given: Any) -> Survey:
    usual: dict[str, Any] = {"id": "s", "incident_id": "INC-000001", "recipient": LI, "invited_at": NOON}
    return Survey(**usual | {"expires_at": after(days=28)} | given)


@pytest.mark.parametrize(
    ("fact", "kind", "text"),
    [
        (
            PromiseMade(promise=a_promise()),
            "promise_made",
            "Promised: first response by 2026-03-03 16:00 UTC",
        ),
        (
            PromiseAtRisk(promise=a_promise(), fired_at=NOON),
            "promise_at_risk",
            "At risk: first response, due 2026-03-03 16:00 UTC",
        ),
        (PromiseKept(promise=a_promise()), "promise_kept", "Kept: first response, due 2026-03-03 16:00 UTC"),
        (
            PromiseBreached(promise=a_promise(), fired_at=NOON),
            "promise_breached",
            "Missed: first response, due 2026-03-03 16:00 UTC",
        ),
        (PromiseWithdrawn(promise=a_promise()), "promise_withdrawn", "No longer applies: first response"),
    ],
)
def test_promises_are_told_in_plain_words(fact: Fact, kind: str, text: str) -> None:
    assert timeline.of_fact(fact, NOON) == Entry("INC-000001", kind, NOON, "sla-timer", text)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (a_message(MessageState.SENT), "The breach notice to li@example.com was sent"),
        (
            a_message(MessageState.DELAYED, reason="421 try later", retry_at=after(minutes=5)),
            "The breach notice to li@example.com waits: 421 try later; next attempt 2026-03-03 12:05 UTC",
        ),
        (a_message(MessageState.DELAYED), "The breach notice to li@example.com waits"),
        (
            a_message(MessageState.REFUSED, kind=MessageKind.UPDATE, reason="550 no such user"),
            "The update to li@example.com was not delivered: 550 no such user; it needs another way",
        ),
    ],
)
def test_the_fate_of_a_message_is_told_in_plain_words(message: Message, text: str) -> None:
    expected = Entry("INC-000001", f"message_{message.state.value}", NOON, "notifier", text)
    assert timeline.of_message(message, NOON) == expected


@pytest.mark.parametrize(
    ("survey", "text"),
    [
        (a_survey(overall=4, comment="Quick!"), "4 of 5: Quick!"),
        (a_survey(overall=2), "2 of 5"),
        (a_survey(comment="Who knows"), "no score: Who knows"),
    ],
)
def test_an_answer_to_a_survey_is_told(survey: Survey, text: str) -> None:
    entry = timeline.of_fact(SurveyAnswered(survey=survey), NOON)
    assert entry == Entry("INC-000001", "survey_answered", NOON, "Li Wei <li@example.com>", text)


def test_facts_that_say_nothing_to_the_team_leave_no_entry() -> None:
    assert timeline.of_fact(SurveyInvited(survey=a_survey()), NOON) is None
    assert timeline.of_change(join(an_incident(), a_reply("INC-000001")).fact, NOON) is None


def test_what_people_do_is_told_with_their_words() -> None:
    words = Update(doing="We look.", expect="An hour.", next_by=after(hours=1))
    taken = acknowledge(an_incident(), "ana", NOON)
    updated = update(taken.incident, "bo", words, NOON)
    resolved = resolve(updated.incident, "ana", FIXED, NOON)
    closed = close(resolved.incident, "charter", NOON)
    reopened = reopen(closed.incident, "cy")
    changes = (taken, updated, resolved, closed, reopened)
    told = [timeline.of_change(change.fact, NOON) for change in changes]
    assert [(one.kind, one.actor, one.text) for one in told if one] == [
        ("acknowledged", "ana", "Took the incident"),
        ("updated", "bo", "Doing: We look.\nExpect: An hour.\nNext word by 2026-03-03 13:00 UTC"),
        (
            "resolved",
            "ana",
            "Cause: A full disk.\nDone: Old logs were removed.\nChecked: The page loads again.",
        ),
        ("closed", "charter", "Closed"),
        ("reopened", "cy", "Opened again"),
    ]
