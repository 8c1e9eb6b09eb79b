"""An invitation that never left is none: it counts neither in the rate nor as asking."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from candor_common.events import (
    Channel,
    Fact,
    Message,
    MessageKind,
    MessageRefused,
    MessageState,
    MessageUndelivered,
    MessageWithdrawn,
    Survey,
    SurveyInvited,
    SurveySkipped,
)
from candor_common.trace import trace_id
from candor_feedback import store
from tests.plugins.facts import NINE, reopened
from tests.plugins.served import Served
from tests.service.feedback.asking import an_invited_survey, delay_of, invite_due, link_to, verified

pytestmark = pytest.mark.packages("candor_feedback")

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NO_SLACK = "Slack can't be sent: CANDOR_SLACK_TOKEN is not set, and no mail address is known"


def message(survey: Survey, kind: MessageKind = MessageKind.SURVEY, **given: Any) -> Message:
    """The invitation to a survey, as notifier planned it a moment later."""
    usual: dict[str, Any] = {
        "id": f"invitation to {survey.id}",
        "incident_id": survey.incident_id,
        "kind": kind,
        "state": MessageState.REFUSED,
        "channel": Channel.SLACK,
        "recipient": survey.recipient.address,
        "message_id": "<m@help.example>",
        "cause_event_id": "the invitation",
        "planned_at": survey.invited_at,
        "reason": NO_SLACK,
    }
    return Message(**usual | given)


def refused(survey: Survey, **given: Any) -> MessageRefused:
    return MessageRefused(message=message(survey, **given))


def withdrawn(survey: Survey) -> MessageWithdrawn:
    state, reason = MessageState.WITHDRAWN, "it was opened again since"
    return MessageWithdrawn(message=message(survey, state=state, reason=reason))


async def invitations(feedback: Served) -> int:
    until = (feedback.clock.now() + HOUR).isoformat()
    found = await feedback.client.get("/v1/feedback/summary", params={"until": until})
    counted: int = found.json()["all"]["invitations"]
    return counted


async def states(feedback: Served) -> list[tuple[str, str | None]]:
    rows = await feedback.rows(store.survey.select().order_by(store.survey.c.send_at))
    return [(row["state"], row["reason"]) for row in rows]


async def asked_next(feedback: Served, reference: str, at: datetime) -> list[type[Fact]]:
    """What is told when another incident of the same person was verified."""
    await feedback.receive(verified(reference, at))
    feedback.clock.set(at + delay_of(feedback))
    await invite_due(feedback)
    return [type(fact) for fact in await feedback.told()]


async def test_an_invitation_that_can_not_be_delivered_is_no_invitation(feedback: Served) -> None:
    survey = await an_invited_survey(feedback)
    assert await invitations(feedback) == 1
    [heard] = await feedback.hear(refused(survey))
    [told] = await feedback.envelopes()
    reason = f"the invitation can't be delivered: {NO_SLACK}"
    assert told.fact == SurveySkipped(incident_id="INC-000001", reason=reason)
    assert trace_id(told.traceparent) == trace_id(heard.traceparent)
    assert await invitations(feedback) == 0
    assert await states(feedback) == [("cancelled", reason)]
    assert await feedback.receive(refused(survey)) == []


async def test_one_that_came_back_is_none_either(feedback: Served) -> None:
    survey = await an_invited_survey(feedback)
    came_back = message(survey, state=MessageState.UNDELIVERED, reason="550 5.1.1 No such user")
    [told] = await feedback.receive(MessageUndelivered(message=came_back))
    assert told == SurveySkipped(
        incident_id="INC-000001", reason="the invitation can't be delivered: 550 5.1.1 No such user"
    )
    assert await invitations(feedback) == 0


async def test_it_does_not_use_up_the_thirty_days(feedback: Served) -> None:
    survey = await an_invited_survey(feedback)
    await feedback.receive(refused(survey))
    assert await asked_next(feedback, "INC-000002", NINE + DAY) == [SurveyInvited]
    assert await asked_next(feedback, "INC-000003", NINE + 2 * DAY) == [SurveySkipped]


async def test_what_was_opened_again_before_it_left_is_cancelled_as_before_it_was_sent(
    feedback: Served,
) -> None:
    survey = await an_invited_survey(feedback)
    await feedback.receive(reopened(version=4))
    [told] = await feedback.receive(withdrawn(survey))
    assert told == SurveySkipped(incident_id="INC-000001", reason="it was opened again since")
    assert await states(feedback) == [("cancelled", "it was opened again since")]
    assert await asked_next(feedback, "INC-000001", NINE + DAY) == [SurveyInvited]


async def test_only_the_survey_of_the_message_is_cancelled(feedback: Served) -> None:
    first = await an_invited_survey(feedback)
    feedback.clock.set(NINE + 40 * DAY)
    await feedback.receive(reopened(version=4), verified(version=6, at=feedback.clock.now()))
    feedback.clock.advance(DAY)
    await invite_due(feedback)
    await feedback.told()
    await feedback.receive(refused(first), refused(first, kind=MessageKind.UPDATE))
    assert [state for state, _ in await states(feedback)] == ["cancelled", "invited"]
    assert await asked_next(feedback, "INC-000002", feedback.clock.now()) == [SurveySkipped]


async def test_other_messages_and_other_incidents_change_nothing(feedback: Served) -> None:
    survey = await an_invited_survey(feedback)
    elsewhere = refused(survey, incident_id="INC-000009")
    with feedback.statements() as sent:
        assert await feedback.receive(refused(survey, kind=MessageKind.UPDATE)) == []
    assert [one for one in sent if "feedback_" in one] == []
    assert await feedback.receive(elsewhere) == []
    assert await states(feedback) == [("invited", None)]


async def test_who_answers_all_the_same_was_asked(feedback: Served) -> None:
    survey = await an_invited_survey(feedback)
    link = link_to(feedback, survey)
    assert (await feedback.client.post(link, data={"overall": "5"})).status_code == 303
    await feedback.told()
    assert await feedback.receive(refused(survey)) == []
    assert await states(feedback) == [("answered", None)]
    other = await asked_next(feedback, "INC-000002", NINE + 31 * DAY)
    assert other == [SurveyInvited]
    [_, row] = await feedback.rows(store.survey.select().order_by(store.survey.c.send_at))
    await feedback.receive(refused(row["snapshot"]))
    await feedback.client.post(link_to(feedback, row["snapshot"]), data={"overall": "1"})
    assert await states(feedback) == [("answered", None), ("answered", None)]
    assert await invitations(feedback) == 1
