"""How often one network may post to the public form: so often in ten minutes, however many replicas there are."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_intake import service
from candor_intake.form_page import PACE
from candor_intake.tables import visit
from tests.plugins.served import Served, served

pytestmark = pytest.mark.packages("candor_intake")

GOOD = {"address": "zhang@example.com", "text": "The printer is broken."}


@pytest.fixture
async def another(database: Database, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Served]:
    """A second replica on the same database."""
    async with served(service, database, clock, tmp_path / "another") as running:
        yield running


async def fill_in(replica: Served, number: int, network: str = "203.0.113.7") -> httpx.Response:
    form = GOOD | {"submission": f"s{number}"}
    return await replica.client.post("/request?lang=en", data=form, headers={"X-Forwarded-For": network})


async def test_the_posts_of_a_network_are_counted_over_all_replicas(intake: Served, another: Served) -> None:
    replicas = [intake, another] * (PACE.most // 2 + 2)
    answers = await asyncio.gather(*(fill_in(one, number) for number, one in enumerate(replicas)))
    statuses = sorted(one.status_code for one in answers)
    assert statuses == [303] * PACE.most + [429] * (len(replicas) - PACE.most)
    assert (await fill_in(another, 99, network="198.51.100.1")).status_code == 303


async def test_who_tries_in_vain_does_not_wait_longer(intake: Served, clock: ManualClock) -> None:
    for number in range(PACE.most):
        await fill_in(intake, number)
    for left in (600, 400, 200):
        refused = await fill_in(intake, 99)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, str(left))
        clock.advance(timedelta(seconds=200))
    assert (await fill_in(intake, 99)).status_code == 303


async def test_networks_that_stay_away_are_forgotten(intake: Served, clock: ManualClock) -> None:
    for number in range(5):
        await fill_in(intake, number, network=f"198.51.100.{number}")
    clock.advance(PACE.within)
    await fill_in(intake, 9)
    assert [row["network"] for row in await intake.rows(visit.select())] == ["203.0.113.7"]


async def test_whom_somebody_else_counts_just_now_is_not_waited_for(
    intake: Served, clock: ManualClock
) -> None:
    """Two that forget each other at the same time would wait for each other without end."""
    networks = [f"198.51.100.{number}" for number in range(20)]
    await asyncio.gather(*(fill_in(intake, number, one) for number, one in enumerate(networks)))
    clock.advance(PACE.within)
    answers = await asyncio.gather(
        *(fill_in(intake, 50 + number, one) for number, one in enumerate(networks))
    )
    assert {one.status_code for one in answers} == {303}
    assert await intake.count(visit) <= len(networks)
