"""One survey per resolution, sent after the delay, unless the incident was reopened."""

from datetime import timedelta
from pathlib import Path

import pytest

from candor_common.clock import ManualClock
from candor_common.database import Transaction
from candor_common.embedded import embedded
from candor_common.events import Contact, SurveyAnswered, SurveyInvited
from candor_common.runtime import assemble
from candor_common.settings import Settings
from candor_common.trace import trace_id
from candor_feedback import service, store
from tests.plugins.facts import LI, NINE, reopened, resolved
from tests.plugins.served import Served
from tests.service.feedback.asking import delay_of, invite_due

pytestmark = pytest.mark.packages("candor_feedback")

HOUR = timedelta(hours=1)


async def states(feedback: Served) -> list[tuple[str, str | None]]:
    rows = await feedback.rows(store.survey.select().order_by(store.survey.c.send_at))
    return [(row["state"], row["reason"]) for row in rows]


async def test_a_survey_is_sent_once_when_the_delay_is_over(feedback: Served) -> None:
    delay = delay_of(feedback)
    assert await feedback.receive(resolved()) == []
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


async def test_a_resolution_that_is_heard_of_twice_has_one_survey(feedback: Served) -> None:
    await feedback.receive(resolved(), resolved())
    await feedback.receive(resolved())
    assert await feedback.count(store.survey) == 1


async def test_a_reopening_cancels_what_was_not_sent(feedback: Served) -> None:
    await feedback.receive(resolved())
    await feedback.receive(reopened())
    feedback.clock.advance(delay_of(feedback))
    await invite_due(feedback)
    assert await feedback.told() == []
    assert await states(feedback) == [("cancelled", "reopened")]
    # Hearing of the resolution once more doesn't bring it back.
    await feedback.receive(resolved())
    assert await states(feedback) == [("cancelled", "reopened")]


async def test_a_reopening_leaves_what_was_sent(feedback: Served) -> None:
    await feedback.receive(resolved())
    feedback.clock.advance(delay_of(feedback))
    await invite_due(feedback)
    await feedback.receive(reopened())
    assert await states(feedback) == [("invited", None)]


async def test_every_resolution_has_its_own_survey(feedback: Served) -> None:
    again = resolved(version=4, at=NINE + HOUR)
    await feedback.receive(resolved(), reopened(), again)
    assert await states(feedback) == [("cancelled", "reopened"), ("planned", None)]
    # An old reopening that is replayed is about the first one only.
    await feedback.receive(reopened())
    feedback.clock.set(NINE + HOUR + delay_of(feedback))
    await invite_due(feedback)
    assert [type(fact) for fact in await feedback.told()] == [SurveyInvited]


async def test_a_reopening_of_one_incident_is_nothing_to_another(feedback: Served) -> None:
    await feedback.receive(resolved(), resolved("INC-000002"), reopened("INC-000002"))
    rows = await feedback.rows(store.survey.select().order_by(store.survey.c.incident_id))
    assert [row["state"] for row in rows] == ["planned", "cancelled"]


async def test_nobody_is_asked_about_what_a_machine_reported(feedback: Served) -> None:
    await feedback.receive(resolved(requester=None), resolved("INC-000002", requester=Contact(address="")))
    assert await feedback.count(store.survey) == 0


async def test_after_an_outage_there_is_as_much_time_to_answer_as_ever(feedback: Served) -> None:
    charter = feedback.runtime.context.charter
    await feedback.receive(resolved())
    feedback.clock.advance(charter.survey_expires + 10 * HOUR)
    await invite_due(feedback)
    [fact] = await feedback.told()
    assert isinstance(fact, SurveyInvited)
    assert fact.survey.invited_at == feedback.clock.now()
    [row] = await feedback.rows(store.survey.select())
    assert row["snapshot"] == fact.survey


async def test_the_trace_of_the_resolution_goes_on(feedback: Served) -> None:
    envelope = feedback.envelope(resolved())
    await feedback.apply([envelope])
    feedback.clock.advance(delay_of(feedback))
    await invite_due(feedback)
    [told] = await feedback.envelopes()
    assert trace_id(told.traceparent) == trace_id(envelope.traceparent)


async def test_many_are_sent_page_by_page_and_each_once(feedback: Served) -> None:
    await feedback.receive(*(resolved(f"INC-{number:06d}") for number in range(450)))
    feedback.clock.advance(delay_of(feedback))
    pages = 0
    while await invite_due(feedback) is not None:
        pages += 1
    invited = [fact.subject for fact in await feedback.told()]
    assert (len(invited), len(set(invited)), pages) == (450, 450, 2)


async def test_a_round_costs_the_same_few_statements_whatever_its_size(feedback: Served) -> None:
    counts = []
    for size in (1, 100):
        events = [resolved(f"INC-{size}{number:04d}") for number in range(size)]
        events += [reopened(event.subject) for event in events]  # type: ignore[misc]
        with feedback.statements() as sent:
            await feedback.apply([feedback.envelope(event) for event in events])
        counts.append(len([one for one in sent if "feedback_survey" in one]))
    assert counts == [2, 2]


async def test_planning_wakes_the_one_who_sends(feedback: Served) -> None:
    bell = feedback.database.bells.listen("feedback.due")
    await feedback.receive(resolved())
    assert bell.is_set()


async def test_events_of_the_log_reach_it(tmp_path: Path, clock: ManualClock) -> None:
    async with assemble([service], Settings(data_dir=tmp_path), embedded, clock) as assembly:

        def emit(transaction: Transaction) -> None:
            transaction.emit(resolved())

        database = assembly.runtime.database
        await database.transact(emit)
        [consumer] = assembly.consumers
        await consumer.process(await consumer.feed.read())
        [row] = await database.read(lambda connection: connection.execute(store.survey.select()).all())
    assert (row.incident_id, row.state) == ("INC-000001", "planned")


def test_it_listens_to_incidents_only() -> None:
    assert service.topics == ("incidents",)
    assert SurveyAnswered not in service.subscriptions
