"""When no survey is sent, and that the team is told why, once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from candor_common.events import Contact, Fact, Origin, SurveyInvited, SurveySkipped
from candor_common.trace import trace_id
from candor_feedback import store
from tests.plugins.facts import LI, NINE, reopened
from tests.plugins.served import Served
from tests.service.feedback.asking import (
    an_invited_survey,
    cancelled,
    delay_of,
    invite_due,
    merged,
    verified,
)

pytestmark = pytest.mark.packages("candor_feedback")

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def skipped(facts: Sequence[Fact]) -> list[tuple[str, str]]:
    """The incidents that nobody is asked about, and why."""
    return [(fact.incident_id, fact.reason) for fact in facts if isinstance(fact, SurveySkipped)]


async def sent_at(feedback: Served, later: timedelta) -> list[Fact]:
    """What is told when the clock has moved on."""
    feedback.clock.set(NINE + later)
    await invite_due(feedback)
    return await feedback.told()


async def state(feedback: Served) -> list[tuple[str, str | None]]:
    rows = await feedback.rows(store.survey.select().order_by(store.survey.c.send_at, store.survey.c.id))
    return [(row["state"], row["reason"]) for row in rows]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"requester": None}, "a machine reported it"),
        ({"origin": Origin.BULK}, "it was not written by a person"),
        ({"requester": Contact(address="")}, "the requester left no address"),
        ({"requester": Contact(address="support@candor.localhost")}, "we raised it ourselves"),
    ],
)
async def test_where_nobody_is_to_be_asked_the_reason_is_told_once(
    feedback: Served, given: dict[str, Any], reason: str
) -> None:
    heard = verified(**given)
    assert skipped(await feedback.receive(heard, verified(version=4, **given))) == [("INC-000001", reason)]
    assert await feedback.receive(heard) == []
    assert await sent_at(feedback, 30 * DAY) == []
    assert await feedback.count(store.survey) == 0


async def test_each_resolution_has_a_reason_of_its_own(feedback: Served) -> None:
    again = verified(version=7, at=NINE + HOUR, requester=None)
    told = await feedback.receive(verified(requester=None), reopened(version=5, requester=None), again)
    assert len(skipped(told)) == 2


@pytest.mark.parametrize(
    ("undone", "reason"),
    [
        (reopened(version=4), "opened again"),
        (merged(), "merged into INC-000009"),
        (cancelled(), "cancelled"),
    ],
)
async def test_what_does_not_hold_cancels_what_was_not_sent(
    feedback: Served, undone: Fact, reason: str
) -> None:
    await feedback.receive(verified())
    [heard] = await feedback.hear(undone)
    [told] = await feedback.envelopes()
    assert skipped([told.fact]) == [("INC-000001", reason)]
    assert trace_id(told.traceparent) == trace_id(heard.traceparent)
    assert await feedback.receive(undone) == []
    assert await sent_at(feedback, DAY) == []
    # Hearing of the verification once more doesn't bring it back.
    assert await feedback.receive(verified()) == []
    assert await state(feedback) == [("cancelled", reason)]


async def test_a_reopening_in_the_same_round_cancels_too(feedback: Served) -> None:
    told = await feedback.receive(verified(), reopened(version=4))
    assert skipped(told) == [("INC-000001", "opened again")]


async def test_a_reopening_leaves_what_was_sent(feedback: Served) -> None:
    await an_invited_survey(feedback)
    assert await feedback.receive(reopened(version=4)) == []
    assert await state(feedback) == [("invited", None)]


async def test_every_resolution_has_its_own_survey(feedback: Served) -> None:
    again = verified(version=6, at=NINE + HOUR)
    await feedback.receive(verified(), reopened(version=4), again)
    # An old reopening that is replayed is about the first one only.
    await feedback.receive(reopened(version=4))
    assert await state(feedback) == [("cancelled", "opened again"), ("planned", None)]
    told = await sent_at(feedback, HOUR + delay_of(feedback))
    assert [type(fact) for fact in told] == [SurveyInvited]


async def test_a_reopening_of_one_incident_is_nothing_to_another(feedback: Served) -> None:
    await feedback.receive(verified(), verified("INC-000002"), reopened("INC-000002", version=4))
    rows = await feedback.rows(store.survey.select().order_by(store.survey.c.incident_id))
    assert [row["state"] for row in rows] == ["planned", "cancelled"]


async def test_a_person_is_asked_at_most_every_thirty_days(feedback: Served) -> None:
    first = await an_invited_survey(feedback)
    shouting = Contact(address="LI@EXAMPLE.COM")
    await feedback.receive(verified("INC-000002", NINE + 12 * DAY, requester=shouting))
    told = await sent_at(feedback, 13 * DAY)
    assert skipped(told) == [("INC-000002", "asked 12 days ago, about INC-000001")]
    after = first.invited_at - NINE + 30 * DAY
    await feedback.receive(verified("INC-000003", NINE + after - delay_of(feedback)))
    told = await sent_at(feedback, after)
    assert [type(fact) for fact in told] == [SurveyInvited]


async def test_of_several_that_are_due_together_a_person_gets_the_first(feedback: Served) -> None:
    other = Contact(address="lu@example.com")
    await feedback.receive(
        verified("INC-000002", NINE + timedelta(seconds=1)),
        verified("INC-000001"),
        verified("INC-000003", requester=other),
    )
    told = await sent_at(feedback, 2 * HOUR)
    assert skipped(told) == [("INC-000002", "asked less than a day ago, about INC-000001")]
    assert {one.survey.incident_id for one in told if isinstance(one, SurveyInvited)} == {
        "INC-000001",
        "INC-000003",
    }


async def test_what_was_never_sent_does_not_count_as_asking(feedback: Served) -> None:
    await feedback.receive(verified(), reopened(version=4), verified("INC-000002", requester=LI))
    told = await sent_at(feedback, 2 * HOUR)
    assert [fact.survey.incident_id for fact in told if isinstance(fact, SurveyInvited)] == ["INC-000002"]


async def test_a_round_costs_the_same_few_statements_whatever_its_size(feedback: Served) -> None:
    counts = []
    for size in (1, 100):
        ended = [verified(f"INC-{size}{number:04d}") for number in range(size)]
        ended += [verified(f"INC-{size}9{number:04d}", requester=None) for number in range(size)]
        events = [*ended, *(reopened(event.subject, version=4) for event in ended)]
        with feedback.statements() as sent:
            await feedback.apply([feedback.envelope(event) for event in events])
        counts.append(len([one for one in sent if "feedback_" in one]))
    assert counts == [5, 5]
