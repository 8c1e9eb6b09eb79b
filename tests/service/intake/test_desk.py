"""Posts that arrive together share a transaction; each gets its own answer."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from candor_common.clock import Clock, ManualClock
from candor_common.database import Bells, Database, Transaction
from candor_common.database.postgres import PostgresDatabase
from candor_common.events import Channel, Contact
from candor_common.group_commit import GroupCommit
from candor_intake import store
from candor_intake.accept import Desk
from candor_intake.domain.fingerprint import fingerprint
from candor_intake.domain.inbound import Thread
from candor_intake.placed import Accepted, Posted
from candor_intake.sources import rest
from tests.plugins.databases import START
from tests.plugins.held import held_commits, until
from tests.plugins.served import Served, engine_of
from tests.service.intake.posting import body, types

pytestmark = pytest.mark.packages("candor_intake")

T = TypeVar("T")


async def turns() -> None:
    """Let the event loop turn, which takes no time."""
    for _ in range(20):
        await asyncio.sleep(0)


def a_post(key: str = "", **changes: Any) -> Posted:
    """A request as a door hands it over."""
    content = body(**changes)
    return Posted(
        source="rest",
        channel=Channel.REST,
        inbound=rest.parse(content, dedup_key=key),
        dedup_key=key,
        content_type="application/json",
        raw=content,
        fingerprint=fingerprint(content) if key else None,
    )


def desk_of(intake: Served) -> Desk:
    desk: Desk = intake.runtime.resources["intake"]
    return desk


async def group_sizes(intake: Served) -> tuple[float, float]:
    """How many groups there were, and how many posts in all of them."""
    return await intake.metric("candor_group_size_count"), await intake.metric("candor_group_size_sum")


async def test_what_comes_while_a_commit_is_under_way_shares_the_next_one(intake: Served) -> None:
    desk, before = desk_of(intake), await group_sizes(intake)
    async with held_commits(intake.database) as release:
        tasks = [asyncio.create_task(desk.take(a_post())) for _ in range(2)]
        await turns()
        tasks += [asyncio.create_task(desk.take(a_post())) for _ in range(20)]
        await turns()
        assert len(desk.group) == 20
        release.set()
        accepted = await asyncio.gather(*tasks)
    after = await group_sizes(intake)
    assert (after[0] - before[0], after[1] - before[1]) == (2, 22)
    assert len({one.reference for one in accepted}) == 22


async def test_repeats_in_one_transaction_get_the_same_answer(intake: Served) -> None:
    posts = [a_post("one") for _ in range(20)]
    accepted = await asyncio.gather(*(desk_of(intake).take(one) for one in posts))
    assert {(one.request_id, one.reference) for one in accepted} == {(posts[0].request_id, "INC-000001")}
    assert [one.repeated for one in accepted] == [False] + [True] * 19
    assert types(await intake.told()) == ["RequestReceived"]


async def test_another_body_with_the_same_key_in_one_transaction_fails_alone(intake: Served) -> None:
    posts = [a_post("one"), a_post("one", text="Another."), a_post("two")]
    first, other, last = await asyncio.gather(
        *(desk_of(intake).take(one) for one in posts), return_exceptions=True
    )
    assert isinstance(first, Accepted)
    assert isinstance(last, Accepted)
    assert isinstance(other, Exception)
    assert "Idempotency-Key" in str(other)


async def test_a_post_that_can_not_be_stored_fails_alone(intake: Served) -> None:
    before = await intake.metric("candor_requests_accepted_total", channel="rest")
    poison = replace(a_post(), source="\ud800")
    posts = [a_post(), a_post(), poison, a_post()]
    taken = await asyncio.gather(*(desk_of(intake).take(one) for one in posts), return_exceptions=True)
    assert [isinstance(one, Accepted) for one in taken] == [True, True, False, True]
    assert isinstance(taken[2], UnicodeEncodeError | DBAPIError)
    assert await intake.count(store.inbound) == 3
    assert types(await intake.told()) == ["RequestReceived"] * 3
    # Counted once each, although they were tried together first.
    assert await intake.metric("candor_requests_accepted_total", channel="rest") - before == 3


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
async def test_two_replicas_give_a_repeat_the_same_answer(intake: Served, clock: ManualClock) -> None:
    other = PostgresDatabase(engine_of(intake.database).url.render_as_string(hide_password=False), clock)
    await desk_of(intake).take(a_post())

    def waiting(connection: Connection) -> int:
        query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        return connection.scalar(sa.text(query)) or 0

    async def all_wait() -> bool:
        return await intake.database.read(waiting) == len(tasks)

    async with held_commits(intake.database) as release:
        tasks: list[asyncio.Task[Accepted]] = []
        for desk in (desk_of(intake), Desk.over(other, 500)):
            tasks.append(asyncio.create_task(desk.take(a_post("one"))))
            await until(all_wait)
        release.set()
        first, second = await asyncio.gather(*tasks)
    await other.close()
    assert (first.repeated, second.repeated) == (False, True)
    assert (first.request_id, first.reference) == (second.request_id, second.reference)
    assert await intake.count(store.inbound) == 2


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
async def test_two_reports_of_one_call_at_two_replicas_are_one_conversation(
    intake: Served, clock: ManualClock
) -> None:
    other = PostgresDatabase(engine_of(intake.database).url.render_as_string(hide_password=False), clock)
    await desk_of(intake).take(a_post())
    await intake.told()

    def report(key: str) -> Posted:
        words = rest.parse(body(), dedup_key=key)
        inbound = replace(words, thread=Thread("call:1", ("call:1",)), sender=Contact(address=""))
        return replace(a_post(key), inbound=inbound, vouched=True)

    def waiting(connection: Connection) -> int:
        query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        return connection.scalar(sa.text(query)) or 0

    async def all_wait() -> bool:
        return await intake.database.read(waiting) == len(tasks)

    async with held_commits(intake.database) as release:
        tasks: list[asyncio.Task[Accepted]] = []
        for number, desk in enumerate((desk_of(intake), Desk.over(other, 500))):
            tasks.append(asyncio.create_task(desk.take(report(f"part {number}"))))
            await until(all_wait)
        release.set()
        await asyncio.gather(*tasks)
    await other.close()
    assert types(await intake.told()) == ["RequestReceived", "ReplyReceived"]


async def test_a_key_that_is_stored_twice_all_the_same_is_an_error(intake: Served) -> None:
    """The table itself refuses it, whatever the code before it believes."""
    desk = desk_of(intake)
    one = await desk.take(a_post("one"))
    with pytest.raises(IntegrityError):
        await desk.take(replace(a_post("two"), request_id=one.request_id))


class Instant:
    """A database that answers at once, or is away."""

    def __init__(self, error: Exception | None = None) -> None:
        self.clock: Clock = ManualClock(START)
        self.bells = Bells()
        self.transactions = 0
        self._error = error

    async def transact(self, work: Callable[[Transaction], T]) -> T:
        self.transactions += 1
        if self._error is not None:
            raise self._error
        return work(Transaction(None, START))  # type: ignore[arg-type]

    async def read(self, work: Callable[[Any], T]) -> T:
        raise NotImplementedError

    async def close(self) -> None: ...


def echo(_transaction: Transaction, items: Sequence[int]) -> Sequence[int]:
    return [item * 10 for item in items]


async def test_nobody_waits_when_nobody_else_is_there() -> None:
    database: Database = Instant()
    group = GroupCommit(database, echo)
    for item in range(3):
        adding = asyncio.create_task(group.add(item))
        await turns()
        assert adding.done()
        assert adding.result() == item * 10


async def test_a_group_has_a_limit() -> None:
    database = Instant()
    group = GroupCommit(database, echo, limit=4)
    assert await asyncio.gather(*(group.add(item) for item in range(10))) == [10 * item for item in range(10)]
    assert database.transactions == 3


async def test_when_the_database_is_away_a_whole_group_fails_at_once() -> None:
    """Each trying alone would have to wait for a time-out of its own."""
    database = Instant(ConnectionRefusedError())
    group = GroupCommit(database, echo)
    failed = await asyncio.gather(*(group.add(item) for item in range(10)), return_exceptions=True)
    assert {type(one) for one in failed} == {ConnectionRefusedError}
    assert database.transactions == 1
