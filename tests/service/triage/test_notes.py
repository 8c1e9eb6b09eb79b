"""What other services tell shows in the timeline, once."""

from candor_common.events import (
    MessageDelayed,
    MessageRefused,
    MessageSent,
    MessageState,
    MessageUndelivered,
    MessageWithdrawn,
    PromiseAtRisk,
    PromiseBreached,
    PromiseKept,
    PromiseMade,
    SurveyAnswered,
)
from candor_triage import tables
from tests.service.triage.conftest import Desk
from tests.unit.triage.builders import NOON, a_request
from tests.unit.triage.test_timeline import a_message, a_promise, a_survey


async def test_promises_messages_and_surveys_stand_in_the_timeline(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    facts = [
        PromiseMade(promise=a_promise()),
        MessageDelayed(message=a_message(MessageState.DELAYED)),
        MessageSent(message=a_message(MessageState.SENT)),
        MessageRefused(message=a_message(MessageState.REFUSED)),
        MessageWithdrawn(message=a_message(MessageState.WITHDRAWN)),
        MessageUndelivered(message=a_message(MessageState.UNDELIVERED)),
        PromiseAtRisk(promise=a_promise(), fired_at=NOON),
        PromiseBreached(promise=a_promise(), fired_at=NOON),
        PromiseKept(promise=a_promise()),
        SurveyAnswered(survey=a_survey(overall=5)),
    ]
    assert await desk.receive(*facts) == []
    assert await desk.kinds("INC-000001") == [
        "opened",
        "promise_made",
        "message_delayed",
        "message_sent",
        "message_refused",
        "message_withdrawn",
        "message_undelivered",
        "promise_at_risk",
        "promise_breached",
        "note",
        "promise_kept",
        "survey_answered",
    ]
    assert (await desk.incident("INC-000001")).version == 1


async def test_an_event_that_was_applied_already_leaves_no_second_entry(desk: Desk) -> None:
    envelope = desk.envelope(PromiseMade(promise=a_promise()))
    await desk.apply([envelope])
    await desk.apply([envelope])
    assert await desk.count(tables.timeline) == 1


async def test_what_is_told_before_the_incident_is_known_is_not_lost(desk: Desk) -> None:
    await desk.receive(PromiseMade(promise=a_promise()))
    await desk.receive(a_request("INC-000001"))
    assert sorted(await desk.kinds("INC-000001")) == ["opened", "promise_made"]
