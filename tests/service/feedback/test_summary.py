"""What the answers add up to, over HTTP."""

from datetime import timedelta
from typing import Any

import pytest

from candor_common.events import Category, Contact, SurveyInvited
from tests.plugins.facts import NINE
from tests.plugins.served import Served
from tests.service.feedback.asking import delay_of, invite_due, link_to, verified

pytestmark = pytest.mark.packages("candor_feedback")

DAY = timedelta(days=1)
NOTHING = {"count": 0, "mean": None, "satisfied": None, "satisfied_from": None, "satisfied_to": None}


async def ask(feedback: Served, count: int, first: int = 1, **given: Any) -> list[str]:
    """The links that so many people got, an hour after their fixes were verified."""
    now = feedback.clock.now()
    numbers = range(first, first + count)
    people = {number: Contact(address=f"customer-{number}@example.com") for number in numbers}
    facts = [verified(f"INC-{number:06d}", now, requester=people[number], **given) for number in numbers]
    await feedback.receive(*facts)
    feedback.clock.advance(delay_of(feedback))
    await invite_due(feedback)
    told = await feedback.told()
    return [link_to(feedback, fact.survey) for fact in told if isinstance(fact, SurveyInvited)]


async def summary(feedback: Served, **period: str) -> Any:
    answer = await feedback.client.get("/v1/feedback/summary", params=period)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_invitations_answers_and_scores_are_told_by_team_and_category(feedback: Served) -> None:
    links = await ask(feedback, 3, team="desk", category=Category.DATA)
    for link, said in zip(
        links, ({"overall": "5", "speed": "1"}, {"overall": "4"}, {"solved": "no"}), strict=True
    ):
        await feedback.client.post(link, data=said)
    await ask(feedback, 1, first=9, team="security")
    feedback.clock.advance(DAY)
    found = await summary(feedback)
    everything = found["all"]
    assert (everything["invitations"], everything["answers"], everything["rate"]) == (4, 3, 0.75)
    assert (everything["not_solved"], everything["small"]) == (1, True)
    assert everything["questions"]["overall"] == {
        "count": 2,
        "mean": 4.5,
        "satisfied": 1.0,
        "satisfied_from": 0.342,
        "satisfied_to": 1.0,
    }
    assert everything["questions"]["speed"]["satisfied"] == 0.0
    assert everything["questions"]["manner"]["mean"] is None
    assert [(one["name"], one["answers"]) for one in found["by_team"]] == [("desk", 3), ("security", 0)]
    assert [(one["name"], one["answers"]) for one in found["by_category"]] == [("data", 3), (None, 0)]


async def test_a_period_has_the_surveys_that_were_sent_in_it(feedback: Served) -> None:
    [link] = await ask(feedback, 1)
    sent = feedback.clock.now()
    feedback.clock.advance(DAY)
    await feedback.client.post(link, data={"overall": "4"})

    async def count(start: timedelta, end: timedelta) -> int:
        period = {"from": (sent + start).isoformat(), "until": (sent + end).isoformat()}
        return int((await summary(feedback, **period))["all"]["answers"])

    assert await count(timedelta(), DAY) == 1
    assert await count(-DAY, timedelta()) == 0
    assert await count(timedelta(seconds=1), 2 * DAY) == 0


async def test_without_a_period_it_is_the_last_thirty_days(feedback: Served) -> None:
    await ask(feedback, 1)
    feedback.clock.set(NINE + 30 * DAY)
    found = await summary(feedback)
    assert (found["from"], found["until"]) == ("2026-03-02T09:00:00Z", "2026-04-01T09:00:00Z")
    assert found["all"]["invitations"] == 1
    feedback.clock.advance(DAY)
    assert (await summary(feedback))["all"] == {
        "name": "all",
        "invitations": 0,
        "answers": 0,
        "rate": None,
        "not_solved": 0,
        "small": True,
        "questions": dict.fromkeys(("overall", "speed", "solution", "manner"), NOTHING),
    }


async def test_a_period_that_is_none_is_refused(feedback: Served) -> None:
    for period in (
        {"from": "2026-03-03T00:00:00Z", "until": "2026-03-03T00:00:00Z"},
        {"from": "2026-03-03T00:00:00"},
        {"until": "soon"},
    ):
        refused = await feedback.client.get("/v1/feedback/summary", params=period)
        assert (refused.status_code, refused.headers["Content-Type"]) == (422, "application/problem+json")
