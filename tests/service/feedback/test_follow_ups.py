"""What answers lead to: promises with an owner, which end when somebody says how."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from candor_common.events import Fact, FollowUp, FollowUpDone, FollowUpOpened, SurveyAnswered
from candor_common.trace import trace_id
from candor_feedback import tables
from tests.plugins.facts import NINE
from tests.plugins.served import Served
from tests.service.feedback.asking import an_invited_survey, link_to

pytestmark = pytest.mark.packages("candor_feedback")

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ANSWERED_AT = NINE + HOUR
UNHAPPY = {"overall": "2", "comment": "Write earlier."}
MISSING = "00000000-0000-5000-8000-000000000000"


async def after(feedback: Served, **said: str) -> list[Fact]:
    """What an answer to a new survey leads to."""
    link = link_to(feedback, await an_invited_survey(feedback, owner="ana"))
    assert (await feedback.client.post(link, data=said)).status_code == 303
    return await feedback.told()


def opened(facts: Sequence[Fact]) -> list[FollowUp]:
    return [fact.follow_up for fact in facts if isinstance(fact, FollowUpOpened)]


async def test_a_satisfied_customer_without_words_leads_to_nothing(feedback: Served) -> None:
    told = await after(feedback, overall="3", speed="3", solved="yes")
    assert [type(fact) for fact in told] == [SurveyAnswered]
    assert await feedback.count(tables.follow_up) == 0


@pytest.mark.parametrize(
    ("said", "about"),
    [
        ({"overall": "2"}, "overall 2 of 5"),
        ({"overall": "5", "manner": "1"}, "professionalism 1 of 5"),
        ({"solved": "no"}, "not solved"),
    ],
)
async def test_an_unhappy_customer_is_called_within_a_day(
    feedback: Served, said: dict[str, str], about: str
) -> None:
    told = await after(feedback, **said)
    assert [type(fact) for fact in told] == [SurveyAnswered, FollowUpOpened]
    [one] = opened(told)
    assert (one.kind, one.owner, one.about, one.version) == ("follow_up", "ana", about, 1)
    assert (one.opened_at, one.due_at) == (ANSWERED_AT, ANSWERED_AT + DAY)


async def test_a_suggestion_is_answered_within_five_days(feedback: Served) -> None:
    [one] = opened(await after(feedback, overall="5", comment="Write earlier."))
    assert (one.kind, one.about) == ("improvement_reply", "Write earlier.")
    assert one.due_at == ANSWERED_AT + 5 * DAY


async def test_where_nobody_owns_the_incident_its_team_does_it(feedback: Served) -> None:
    link = link_to(feedback, await an_invited_survey(feedback))
    await feedback.client.post(link, data={"overall": "1"})
    [one] = opened(await feedback.told())
    assert one.owner == "service-desk"


async def test_a_changed_answer_opens_what_is_new_and_nothing_twice(feedback: Served) -> None:
    survey = await an_invited_survey(feedback)
    link = link_to(feedback, survey)
    kinds = []
    for said in ({"overall": "1"}, {"solved": "no"}, UNHAPPY, {"overall": "5", "comment": "Call."}):
        feedback.clock.advance(HOUR)
        await feedback.client.post(link, data=said)
        kinds.append([one.kind for one in opened(await feedback.told())])
    assert kinds == [["follow_up"], [], ["improvement_reply"], []]


async def test_the_trace_of_the_survey_goes_on(feedback: Served) -> None:
    link = link_to(feedback, await an_invited_survey(feedback))
    await feedback.client.post(link, data=UNHAPPY)
    listed = (await feedback.client.get("/v1/follow-ups")).json()
    await finish(feedback, listed[0]["follow_up"]["id"])
    traces = {trace_id(one.traceparent) for one in await feedback.envelopes()}
    assert len(traces) == 1


async def test_open_ones_are_listed_the_earliest_due_first(feedback: Served) -> None:
    await after(feedback, **UNHAPPY)
    listed = (await feedback.client.get("/v1/follow-ups", params={"state": "open"})).json()
    assert [one["follow_up"]["kind"] for one in listed] == ["follow_up", "improvement_reply"]
    [first, second] = [one["follow_up"]["id"] for one in listed]
    await finish(feedback, first)

    async def ids(**wanted: Any) -> list[str]:
        found = await feedback.client.get("/v1/follow-ups", params=wanted)
        return [one["follow_up"]["id"] for one in found.json()]

    assert await ids(state="open") == [second]
    assert await ids(state="done") == [first]
    assert await ids(incident="INC-000001") == [first, second]
    assert await ids(incident="INC-000002") == []
    assert await ids(limit=1) == [first]
    assert (await feedback.client.get(f"/v1/follow-ups/{second}")).json() == listed[1]


async def finish(feedback: Served, identifier: str, answer: str = "Called.", by: str = "ana") -> Any:
    """What is answered to somebody who says that it was done."""
    return await feedback.client.post(
        f"/v1/follow-ups/{identifier}/done", json={"by": by, "answer": f" {answer} "}
    )


async def test_it_ends_once_with_the_answer_on_record(feedback: Served) -> None:
    [one] = opened(await after(feedback, overall="1"))
    feedback.clock.advance(HOUR)
    first = await finish(feedback, one.id)
    [fact] = await feedback.told()
    assert isinstance(fact, FollowUpDone)
    assert (fact.follow_up.version, fact.follow_up.answer) == (2, "Called.")
    assert fact.follow_up.done_at == ANSWERED_AT + HOUR
    assert (first.status_code, first.json()["state"], first.json()["done_by"]) == (200, "done", "ana")
    # Whoever isn't sure that it went through says it again.
    again = await finish(feedback, one.id, by="ben")
    assert (again.status_code, again.json()) == (200, first.json())
    other = await finish(feedback, one.id, "Wrote.")
    assert (other.status_code, other.headers["Content-Type"]) == (409, "application/problem+json")
    assert await feedback.told() == []


async def test_a_reply_to_a_low_score_is_told_beside_what_was_done(feedback: Served) -> None:
    await after(feedback, **UNHAPPY)
    listed = (await feedback.client.get("/v1/follow-ups")).json()
    score, suggestion = (f"/v1/follow-ups/{one['follow_up']['id']}/done" for one in listed)
    done = {"by": "ana", "answer": "Called.", "reply": " We are sorry. "}
    assert (await feedback.client.post(score, json=done)).status_code == 200
    [fact] = await feedback.told()
    assert isinstance(fact, FollowUpDone)
    assert (fact.follow_up.answer, fact.follow_up.reply) == ("Called.", "We are sorry.")
    assert (await feedback.client.post(score, json=done | {"reply": "Sorry."})).status_code == 409
    refused = await feedback.client.post(suggestion, json=done)
    assert (refused.status_code, "Leave `reply` out" in refused.json()["detail"]) == (422, True)
    assert await feedback.told() == []


async def test_what_can_not_be_done_is_said(feedback: Served) -> None:
    [one] = opened(await after(feedback, overall="1"))
    assert (await finish(feedback, MISSING)).status_code == 404
    assert (await feedback.client.get(f"/v1/follow-ups/{MISSING}")).status_code == 404
    for nonsense in ({"by": "", "answer": ""}, {"answer": "x"}, {"by": "ana", "answer": "x", "more": 1}):
        refused = await feedback.client.post(f"/v1/follow-ups/{one.id}/done", json=nonsense)
        assert (refused.status_code, refused.headers["Content-Type"]) == (422, "application/problem+json")
    for path in ("/v1/follow-ups?state=lost", "/v1/follow-ups?limit=0", "/v1/follow-ups/x"):
        assert (await feedback.client.get(path)).status_code == 422


async def test_only_who_may_work_can_finish_it(feedback: Served) -> None:
    [one] = opened(await after(feedback, overall="1"))
    reader, worker = feedback.key("ana", "read"), feedback.key("ben", "work")
    path, done = f"/v1/follow-ups/{one.id}/done", {"by": "ben", "answer": "Called."}
    assert (await feedback.client.get("/v1/follow-ups")).status_code == 401
    assert (await feedback.client.get("/v1/follow-ups", headers=reader)).status_code == 200
    assert (await feedback.client.post(path, json=done, headers=reader)).status_code == 403
    assert (await feedback.client.post(path, json=done, headers=worker)).status_code == 200
