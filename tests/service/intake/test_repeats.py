"""A request with an Idempotency-Key happens once, however often it is posted."""

import asyncio

import pytest

from candor_intake import store
from tests.plugins.served import Served
from tests.service.intake.posting import GOOD, batch, body, post, post_batch, types

pytestmark = pytest.mark.packages("candor_intake")


async def test_a_repeat_gets_the_same_answer(intake: Served) -> None:
    first = await post(intake, body(), key="one")
    again = await post(intake, body(), key="one")
    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["Location"] == first.headers["Location"]
    assert types(await intake.told()) == ["RequestReceived"]
    assert (await post(intake, body(), key="two")).json()["reference"] == "INC-000002"


async def test_a_key_means_the_same_with_and_without_quotes(intake: Served) -> None:
    first = await post(intake, body(), key='"8e03978e-40d5"')
    for repeat in ('"8e03978e-40d5"', "8e03978e-40d5", ' "8e03978e-40d5" '):
        assert (await post(intake, body(), key=repeat)).content == first.content


async def test_the_same_key_with_another_body_is_refused(intake: Served) -> None:
    first = await post(intake, body(), key="one")
    other = await post(intake, body(text="Something else."), key="one")
    assert other.status_code == 422
    assert "Idempotency-Key" in other.json()["detail"]
    assert (await post(intake, body(), key="one")).content == first.content
    assert await intake.count(store.inbound) == 1


async def test_a_key_that_is_none_is_refused(intake: Served) -> None:
    for key in ("", " ", '""', "é", "x" * 256, '"a\x07"'):
        headers = [(b"content-type", b"application/json"), (b"idempotency-key", key.encode("latin-1"))]
        answer = await intake.client.post("/v1/requests", content=body(), headers=headers)
        assert answer.status_code == 400
        assert "Idempotency-Key" in answer.json()["detail"]
    assert await intake.count(store.inbound) == 0


async def test_twenty_posts_in_parallel_are_one_request(intake: Served) -> None:
    answers = await asyncio.gather(*(post(intake, body(), key="one") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    assert types(await intake.told()) == ["RequestReceived"]


async def test_of_two_bodies_with_one_key_in_parallel_one_is_refused(intake: Served) -> None:
    answers = await asyncio.gather(*(post(intake, body(text=f"{n}"), key="one") for n in range(2)))
    assert sorted(answer.status_code for answer in answers) == [202, 422]


async def test_requests_without_a_key_are_never_the_same(intake: Served) -> None:
    first = (await post(intake, body())).json()
    await post(intake, body())
    # Not even for who takes the name of an earlier request for a key.
    assert (await post(intake, body(), key=first["request_id"])).status_code == 202
    assert types(await intake.told()) == ["RequestReceived"] * 3


async def test_keys_of_two_senders_do_not_meet(intake: Served) -> None:
    shop, portal = intake.key("shop", "post"), intake.key("portal", "post")
    first = await post(intake, body(), key="1", **shop)
    second = await post(intake, body(text="Something else."), key="1", **portal)
    assert [first.json()["reference"], second.json()["reference"]] == ["INC-000001", "INC-000002"]
    assert (await post(intake, body(), key="1", **shop)).content == first.content


async def test_a_batch_that_is_repeated_gets_the_same_answer(intake: Served) -> None:
    content = batch(GOOD, {}, GOOD)
    first = await post_batch(intake, content, key="one")
    again = await post_batch(intake, content, key="one")
    assert (again.status_code, again.content) == (202, first.content)
    assert types(await intake.told()) == ["RequestReceived"] * 2


async def test_nothing_of_another_batch_with_the_same_key_is_stored(intake: Served) -> None:
    await post_batch(intake, batch(GOOD), key="one")
    answer = await post_batch(intake, batch(GOOD, GOOD), key="one")
    assert answer.status_code == 422
    assert await intake.count(store.inbound) == 1


async def test_a_batch_that_was_stored_in_part_is_completed_by_its_repeat(intake: Served) -> None:
    """As after a 503 in the middle: the items that are there keep their answers."""
    content = batch(GOOD, GOOD)
    first, second = (await post_batch(intake, content, key="one")).json()["results"]
    lost = store.inbound.delete().where(store.inbound.c.request_id == second["request_id"])
    await intake.database.transact(lambda transaction: transaction.connection.execute(lost).rowcount)
    kept, made = (await post_batch(intake, content, key="one")).json()["results"]
    assert kept == first
    assert made["reference"] == "INC-000003"
