"""A command that is sent again, because its answer got lost, is given once."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from candor_triage.once import KEPT
from candor_triage.tables import command
from tests.service.triage.conftest import ON_SQLITE, Desk
from tests.service.triage.test_api import WORDS
from tests.unit.triage.builders import a_request

NOTE = {"by": "ana", **WORDS["note"]}


async def sent(
    desk: Desk, name: str, key: str, *, version: int = 1, to: str = "INC-000001", **words: str
) -> httpx.Response:
    headers = {"If-Match": f'"{version}"', "Idempotency-Key": key}
    body = {"by": "ana"} | WORDS[name] | words
    return await desk.client.post(f"/v1/incidents/{to}/{name}", json=body, headers=headers)


@pytest.mark.parametrize("name", ["note", "decision"])
async def test_words_for_the_team_that_come_twice_are_written_once(desk: Desk, name: str) -> None:
    await desk.receive(a_request("INC-000001"))
    answers = [await sent(desk, name, key) for key in ("a", '"a"', "b")]
    assert [one.status_code for one in answers] == [200] * 3
    assert len(await desk.entries("INC-000001", name)) == 2


async def test_of_two_that_come_together_one_is_written(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    answers = await asyncio.gather(*(sent(desk, "note", "a") for _ in range(5)))
    assert {one.status_code for one in answers} == {200}
    assert len(await desk.entries("INC-000001", "note")) == 1


async def test_a_change_that_is_sent_again_is_answered_with_what_it_made(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    first, again = [await sent(desk, "update", "a") for _ in range(2)]
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert again.headers["ETag"] == '"2"'
    assert len(await desk.entries("INC-000001", "updated")) == 1


@ON_SQLITE
async def test_one_that_ties_two_incidents_is_given_once_as_well(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"), a_request("INC-000009"))
    answers = [await sent(desk, "merge", "a") for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert len(await desk.entries("INC-000009", "linked")) == 1


@ON_SQLITE
async def test_a_key_names_one_command_of_one_incident(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"), a_request("INC-000002"))
    await sent(desk, "note", "a")
    for answer in (await sent(desk, "note", "a", text="Other words."), await sent(desk, "decision", "a")):
        assert answer.status_code == 422
        assert answer.json()["detail"].startswith("This Idempotency-Key was used before")
    assert (await sent(desk, "note", "a", to="INC-000002")).status_code == 200
    assert len(await desk.entries("INC-000001", "note")) == 1


@ON_SQLITE
async def test_what_was_refused_may_be_sent_again(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    assert (await sent(desk, "note", "a", version=7)).status_code == 412
    assert (await sent(desk, "close", "b")).status_code == 409
    assert (await sent(desk, "note", "a")).status_code == 200
    assert len(await desk.entries("INC-000001", "note")) == 1


@ON_SQLITE
@pytest.mark.parametrize("key", ["", "x" * 256, '""'])
async def test_what_can_be_no_key_is_refused(desk: Desk, key: str) -> None:
    await desk.receive(a_request("INC-000001"))
    answer = await sent(desk, "note", key)
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:candor:problem:bad-request")


@ON_SQLITE
async def test_without_a_key_words_are_written_as_often_as_they_come(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    for _ in range(2):
        await desk.command("INC-000001", "note", 1, **WORDS["note"])
    assert len(await desk.entries("INC-000001", "note")) == 2


@ON_SQLITE
async def test_keys_are_let_go_of_after_a_week(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await sent(desk, "note", "a")
    desk.clock.advance(KEPT)
    await desk.watch_over()
    assert await desk.count(command) == 1
    desk.clock.advance(timedelta(seconds=1))
    await desk.watch_over()
    assert await desk.count(command) == 0
