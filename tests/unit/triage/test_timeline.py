"""What the team reads about promises, messages, surveys and its own acts."""

from datetime import timedelta
from typing import Any

import pytest

from candor_common.events import (
    Channel,
    Fact,
    FollowUp,
    FollowUpDone,
    FollowUpOpened,
    LinkKind,
    Message,
    MessageKind,
    MessageState,
    Plan,
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
    SurveySkipped,
    Update,
)
from candor_triage.domain import timeline
from candor_triage.domain.ending import (
    cancel,
    close,
    confirm,
    link,
    merge,
    reopen,
    resolve,
    verify,
)
from candor_triage.domain.life import Change
from candor_triage.domain.opening import join
from candor_triage.domain.timeline import Entry
from candor_triage.domain.work import (
    Estimation,
    acknowledge,
    ask,
    ask_for_help,
    assign,
    change_priority,
    escalate,
    estimate,
    give_workaround,
    plan,
    resume,
    update,
)
from tests.unit.triage.builders import CHARTER, FIXED, LI, NOON, a_reply, after, an_incident


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
        (
            a_message(MessageState.WITHDRAWN, reason="the promise turned out to be kept in time"),
            "The breach notice to li@example.com was not sent: the promise turned out to be kept in time",
        ),
        (
            a_message(MessageState.UNDELIVERED, kind=MessageKind.UPDATE, reason="550 no such user"),
            "The update to li@example.com did not arrive: 550 no such user; it needs another way",
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
        (a_survey(overall=1, solved=False, comment="Down."), "1 of 5, not solved: Down."),
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
    verified, closed = close(resolved.incident, "charter", NOON)
    reopened = reopen(closed.incident, "cy", "The page is slow.")
    changes = (taken, updated, resolved, verified, closed, reopened)
    told = [timeline.of_change(change.fact, NOON) for change in changes]
    assert [(one.kind, one.actor, one.text) for one in told if one] == [
        ("acknowledged", "ana", "Took the incident"),
        ("updated", "bo", "Doing: We look.\nExpect: An hour.\nNext word by 2026-03-03 13:00 UTC"),
        (
            "resolved",
            "ana",
            "Cause: A full disk.\nDone: Old logs were removed.\nChecked: The page loads again.",
        ),
        ("verified", "charter", "Nobody spoke against the fix"),
        ("closed", "charter", "Closed"),
        ("reopened", "cy", "Opened again: The page is slow."),
    ]


def texts(*changes: Change) -> list[tuple[str, str]]:
    told = [timeline.of_change(change.fact, NOON) for change in changes]
    return [(one.kind, one.text) for one in told if one]


def test_who_has_it_is_told() -> None:
    begun = acknowledge(an_incident(), "ana", NOON).incident
    infrastructure = CHARTER.team("infrastructure")
    assert texts(
        assign(begun, "lea", "bo"),
        assign(begun, "lea", None, infrastructure),
        assign(begun, "lea", "bo", infrastructure),
        assign(an_incident(), "charter", "bo", reason="Her shift began."),
        escalate(begun, "ana", infrastructure, "It is the network."),
        ask_for_help(begun, "ana", "bo", "He knows the disks."),
        change_priority(begun, "ana", Priority.P1, "The whole shop is down."),
    ) == [
        ("assigned", "Given to bo; before, ana had it"),
        ("assigned", "Given to infrastructure; before, ana had it; from L1 to L2"),
        ("assigned", "Given to bo of infrastructure; before, ana had it; from L1 to L2"),
        ("assigned", "Given to bo\nWhy: Her shift began."),
        ("escalated", "From L1 to L2: Given to infrastructure\nWhy: It is the network."),
        ("help_asked", "Asked bo to help: He knows the disks."),
        ("priority_changed", "From P3 to P1: The whole shop is down."),
    ]


def test_how_it_goes_on_is_told() -> None:
    asked = ask(an_incident(), "ana", "Since when?", NOON)
    first = estimate(an_incident(), "ana", Estimation(after(hours=1), "A disk is on its way."), NOON)
    moved = estimate(first.incident, "ana", Estimation(after(hours=3), "It broke."), after(minutes=30))
    late = estimate(first.incident, "ana", Estimation(after(hours=3), "It broke.", late=True), after(hours=2))
    made = Plan(what="Replace the disk.", who="bo", timetable="By 13:00.")
    assert texts(
        asked,
        resume(asked.incident, "ana"),
        plan(an_incident(), "ana", made, NOON),
        first,
        moved,
        late,
        give_workaround(an_incident(), "ana", "Use the copy.", NOON),
    ) == [
        ("asked", "Asked the customer: Since when?"),
        ("resumed", "Goes on"),
        ("planned", "What: Replace the disk.\nWho: bo\nWhen: By 13:00."),
        ("estimated", "Fixed by 2026-03-03 13:00 UTC: A disk is on its way."),
        ("estimated", "Fixed by 2026-03-03 15:00 UTC: It broke.\nBefore: 2026-03-03 13:00 UTC"),
        (
            "estimated",
            "Fixed by 2026-03-03 15:00 UTC: It broke.\nBefore: 2026-03-03 13:00 UTC, which had passed",
        ),
        ("workaround", "Workaround: Use the copy."),
    ]


def test_how_it_ends_and_what_it_belongs_to_is_told() -> None:
    resolved = resolve(an_incident(), "ana", FIXED, NOON).incident
    other = an_incident("INC-000002")
    assert texts(
        verify(resolved, "ana", NOON),
        confirm(resolved, "ana", NOON),
        cancel(an_incident(), "ana", "An advertisement."),
        *merge(an_incident(), other, "ana"),
        *link(an_incident(), other, "ana", LinkKind.FOLLOWS),
        *link(an_incident(), other, "ana", LinkKind.RELATED)[:1],
    ) == [
        ("verified", "Checked that the fix holds"),
        ("verified", "The customer confirmed that it works"),
        ("cancelled", "Cancelled: An advertisement."),
        ("merged", "Is part of INC-000002 now; what comes goes there"),
        ("linked", "INC-000001 is part of this now; what comes for it comes here"),
        ("linked", "Follows INC-000002"),
        ("linked", "Is followed by INC-000001"),
        ("linked", "Belongs together with INC-000002"),
    ]


def test_what_a_survey_leads_to_is_told() -> None:
    one = FollowUp(
        id="f",
        incident_id="INC-000001",
        version=1,
        kind=PromiseKind.FOLLOW_UP,
        owner="ana",
        about="2 of 5: Slow.",
        opened_at=NOON,
        due_at=after(hours=4),
    )
    done = one.model_copy(update={"answer": "We called."})
    facts = (
        SurveySkipped(incident_id="INC-000001", reason="asked 3 days ago"),
        FollowUpOpened(follow_up=one),
        FollowUpDone(follow_up=done),
    )
    told = [timeline.of_fact(fact, NOON) for fact in facts]
    assert [(one.kind, one.actor, one.text) for one in told if one] == [
        ("survey_skipped", "feedback", "No survey was sent: asked 3 days ago"),
        ("follow_up_opened", "feedback", "ana follows up by 2026-03-03 16:00 UTC: 2 of 5: Slow."),
        ("follow_up_done", "ana", "Followed up: We called."),
    ]
