"""One survey per resolution that holds, sent after the delay to people who are awake."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from candor_common.clock import ManualClock
from candor_common.database import Transaction
from candor_common.embedded import embedded
from candor_common.events import Contact, IncidentClosed, IncidentResolved, SurveyAnswered, SurveyInvited
from candor_common.runtime import assemble
from candor_common.settings import Settings
from candor_common.trace import trace_id
from candor_feedback import service, store
from tests.plugins.facts import LI, NINE
from tests.plugins.served import Served
from tests.service.feedback.asking import delay_of, invite_due, verified

pytestmark = pytest.mark.packages("candor_feedback")

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MORNING = datetime(2026, 3, 3, tzinfo=UTC)
"""Eight o'clock in Shanghai, where the house is: the end of the quiet hours."""


def somebody(number: int) -> Contact:
    return Contact(address=f"customer-{number}@example.com")


async def states(feedback: Served) -> list[tuple[str, str | None]]:
    rows = await feedback.rows(store.survey.select().order_by(store.survey.c.send_at))
    return [(row["state"], row["reason"]) for row in rows]


async def test_a_survey_is_sent_once_when_the_delay_is_over(feedback: Served) -> None:
    delay = delay_of(feedback)
    assert await feedback.receive(verified()) == []
    assert await invite_due(feedback) == NINE + delay
    feedback.clock.set(NINE + delay - timedelta(milliseconds=1))
    await invite_due(feedback)
    assert await feedback.told() == []
    feedback.clock.set(NINE + delay)
    assert await invite_due(feedback) is None
    [fact] = await feedback.told()
    assert isinstance(fact, SurveyInvited)
    assert (fact.survey.incident_id, fact.survey.recipient, fact.key) == ("INC-000001", LI, "INC-000001")
    assert fact.survey.expires_at == feedback.clock.now() + feedback.runtime.context.charter.survey_expires
    feedback.clock.advance(HOUR)
    await invite_due(feedback)
    assert await feedback.told() == []
    assert await states(feedback) == [("invited", None)]


async def test_a_fix_that_is_heard_of_twice_has_one_survey(feedback: Served) -> None:
    await feedback.receive(verified(), verified(version=4))
    await feedback.receive(verified())
    assert await feedback.count(store.survey) == 1


async def test_what_is_due_at_night_waits_for_the_morning(feedback: Served) -> None:
    late = NINE + 4 * HOUR
    await feedback.receive(verified(at=late))
    assert await invite_due(feedback) == MORNING
    berlin = Contact(address="li@example.de", zone="Europe/Berlin")
    await feedback.receive(verified("INC-000002", late, requester=berlin))
    assert await invite_due(feedback) == late + delay_of(feedback)


async def test_after_an_outage_nobody_is_woken(feedback: Served) -> None:
    await feedback.receive(verified())
    feedback.clock.set(MORNING - HOUR)
    assert await invite_due(feedback) == MORNING
    assert await feedback.told() == []
    feedback.clock.set(MORNING)
    await invite_due(feedback)
    assert [type(fact) for fact in await feedback.told()] == [SurveyInvited]


async def test_after_an_outage_there_is_as_much_time_to_answer_as_ever(feedback: Served) -> None:
    charter = feedback.runtime.context.charter
    await feedback.receive(verified())
    feedback.clock.advance(charter.survey_expires + DAY)
    await invite_due(feedback)
    [fact] = await feedback.told()
    assert isinstance(fact, SurveyInvited)
    assert fact.survey.invited_at == feedback.clock.now()
    [row] = await feedback.rows(store.survey.select())
    assert row["snapshot"] == fact.survey
    assert row["invited_at"] == feedback.clock.now()


async def test_the_trace_of_the_incident_goes_on(feedback: Served) -> None:
    envelope = feedback.envelope(verified())
    await feedback.apply([envelope])
    feedback.clock.advance(delay_of(feedback))
    await invite_due(feedback)
    [told] = await feedback.envelopes()
    assert trace_id(told.traceparent) == trace_id(envelope.traceparent)


async def test_many_are_sent_page_by_page_and_each_once(feedback: Served) -> None:
    await feedback.receive(
        *(verified(f"INC-{number:06d}", requester=somebody(number)) for number in range(450))
    )
    feedback.clock.advance(delay_of(feedback))
    pages = 0
    while await invite_due(feedback) is not None:
        pages += 1
    invited = [fact.subject for fact in await feedback.told()]
    assert (len(invited), len(set(invited)), pages) == (450, 450, 2)


async def test_sending_costs_the_same_few_statements_whatever_the_number(feedback: Served) -> None:
    counts = []
    for size in (1, 100):
        facts = [
            verified(
                f"INC-{size}{number:04d}", feedback.clock.now(), requester=somebody(size * 1000 + number)
            )
            for number in range(size)
        ]
        await feedback.receive(*facts)
        feedback.clock.advance(delay_of(feedback))
        with feedback.statements() as sent:
            await invite_due(feedback)
        counts.append(len([one for one in sent if "feedback_" in one]))
    assert counts == [5, 5]


async def test_planning_wakes_the_one_who_sends(feedback: Served) -> None:
    bell = feedback.database.bells.listen("feedback.due")
    await feedback.receive(verified())
    assert bell.is_set()


async def test_events_of_the_log_reach_it(tmp_path: Path, clock: ManualClock) -> None:
    async with assemble([service], Settings(data_dir=tmp_path), embedded, clock) as assembly:

        def emit(transaction: Transaction) -> None:
            transaction.emit(verified())

        database = assembly.runtime.database
        await database.transact(emit)
        [consumer] = assembly.consumers
        await consumer.process(await consumer.feed.read())
        [row] = await database.read(lambda connection: connection.execute(store.survey.select()).all())
    assert (row.incident_id, row.state) == ("INC-000001", "planned")


def test_it_listens_to_incidents_and_messages_only_and_not_to_what_was_not_verified() -> None:
    assert service.topics == ("incidents", "messages")
    assert SurveyAnswered not in service.subscriptions
    assert not {IncidentResolved, IncidentClosed} & service.subscriptions.keys()
