"""An answer of 202 means that it is on the disk; when it can't be, the answer says when to come back."""

import asyncio

import httpx
import pytest

from candor_intake import store
from candor_intake.accept import MOST_WAITING, Desk
from tests.plugins.held import held_commits
from tests.plugins.served import Served
from tests.service.intake.fragile import Fragile
from tests.service.intake.posting import (
    GOOD,
    a_notification,
    an_alert,
    batch,
    body,
    post,
    post_alerts,
    post_batch,
    post_mail,
    types,
)
from tests.service.intake.test_desk import a_post, turns
from tests.unit.intake.mails import a_mail

pytestmark = pytest.mark.packages("candor_intake")

A_WHILE = 0.3
"""Seconds in which an answer that doesn't wait for the disk would come."""
LARGE = "x" * 90_000


async def to_every_door(intake: Served) -> list[httpx.Response]:
    return [
        await post(intake, body(text=LARGE)),
        await post_batch(intake, batch(GOOD | {"text": LARGE}, GOOD)),
        await post_mail(intake, a_mail(LARGE)),
        await post_alerts(intake, a_notification(an_alert(annotations={"summary": LARGE}))),
    ]


async def test_the_answer_comes_after_the_commit(intake: Served) -> None:
    async with held_commits(intake.database) as release:
        doors = (
            post(intake, body()),
            post_mail(intake, a_mail()),
            post_alerts(intake, a_notification(an_alert())),
        )
        posting = [asyncio.create_task(door) for door in doors]
        answered, _ = await asyncio.wait(posting, timeout=A_WHILE)
        assert answered == set()
        assert await intake.count(store.inbound) == 0
        release.set()
        for answer in await asyncio.gather(*posting):
            assert answer.status_code == 202
    assert await intake.count(store.inbound) == 3


async def test_a_sender_who_hangs_up_takes_nothing_along(intake: Served) -> None:
    async with held_commits(intake.database) as release:
        first, second = (asyncio.create_task(post(intake, body())) for _ in range(2))
        await asyncio.wait([first, second], timeout=A_WHILE)
        first.cancel()
        release.set()
        assert (await second).status_code == 202
    assert await intake.count(store.inbound) == 2


async def test_when_five_thousand_wait_the_next_is_told_to_come_back(intake: Served) -> None:
    desk: Desk = intake.runtime.resources["intake"]
    async with held_commits(intake.database) as release:
        tasks = [asyncio.create_task(desk.take(a_post()))]
        await turns()
        tasks += [asyncio.create_task(desk.take(a_post())) for _ in range(MOST_WAITING)]
        await turns()
        assert len(desk.group) == MOST_WAITING
        async with asyncio.timeout(10):
            told = await to_every_door(intake)
        for answer in told:
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
            assert answer.headers["Content-Type"] == "application/problem+json"
        release.set()
        accepted = await asyncio.gather(*tasks)
    assert len({one.reference for one in accepted}) == MOST_WAITING + 1
    assert (await post(intake, body())).status_code == 202


async def test_while_the_database_is_away_nobody_is_told_that_it_is_stored(fragile: Fragile) -> None:
    """PostgreSQL can't be reached; SQLite's disk is full."""
    intake = fragile.intake
    assert (await post(intake, body(), key="before")).status_code == 202
    await fragile.take_away()
    for answer in await to_every_door(intake):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert answer.headers["Content-Type"] == "application/problem+json"
    await fragile.give_back()
    for answer in await to_every_door(intake):
        assert answer.status_code == 202
    assert (await post(intake, body(), key="before")).json()["reference"] == "INC-000001"
    assert types(await intake.told())[0] == "RequestReceived"
    assert await intake.count(store.inbound) == 6
