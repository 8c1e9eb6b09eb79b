"""The level of the log changes while a service runs, in every replica, and goes back by itself."""

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_common.log_levels import log_levels
from candor_common.periodic import run_once
from candor_feedback import service
from tests.plugins.served import Served, served

pytestmark = pytest.mark.packages("candor_feedback")
WHERE = "/v1/log-level/feedback"


@pytest.fixture
async def feedback(database: Database, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Served]:
    before = logging.getLogger().level
    logging.getLogger().setLevel(logging.INFO)
    async with served(service, database, clock, tmp_path / "data") as made:
        yield made
    logging.getLogger().setLevel(before)


async def test_a_replica_that_was_not_asked_follows_and_goes_back_by_itself(feedback: Served) -> None:
    another = log_levels(["feedback"])
    await run_once(another, feedback.runtime)
    assert logging.getLogger().level == logging.INFO
    answer = await feedback.client.put(WHERE, json={"level": "debug", "minutes": 30})
    assert answer.status_code == 200
    until = feedback.clock.now() + timedelta(minutes=30)
    assert await run_once(another, feedback.runtime) == until
    assert logging.getLogger().level == logging.DEBUG
    feedback.clock.set(until)
    await run_once(another, feedback.runtime)
    assert logging.getLogger().level == logging.INFO


async def test_the_level_and_its_end_are_shown_and_it_can_be_ended_early(feedback: Served) -> None:
    assert (await feedback.client.get(WHERE)).json() == {
        "service": "feedback",
        "level": "info",
        "until": None,
    }
    shown = (await feedback.client.put(WHERE, json={"level": "error"})).json()
    assert (shown["level"], bool(shown["until"])) == ("error", True)
    assert (await feedback.client.put(WHERE, json={"level": "usual"})).json()["until"] is None


@pytest.mark.parametrize(
    "wanted", [{"level": "loud"}, {"level": "debug", "minutes": 0}, {"level": "debug", "minutes": 1441}]
)
async def test_a_level_that_is_none_or_for_too_long_is_refused(
    feedback: Served, wanted: dict[str, object]
) -> None:
    assert (await feedback.client.put(WHERE, json=wanted)).status_code == 422


async def test_only_who_may_operate_changes_it(feedback: Served) -> None:
    reader, operator = feedback.key("reader", "read"), feedback.key("operator", "operate")
    assert (await feedback.client.put(WHERE, json={"level": "debug"}, headers=reader)).status_code == 403
    assert (await feedback.client.put(WHERE, json={"level": "debug"}, headers=operator)).status_code == 200
