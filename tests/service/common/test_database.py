"""What transactions promise, on both databases."""

import asyncio
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from candor_common import leases, outbox
from candor_common.clock import ManualClock
from candor_common.columns import counter, take_numbers
from candor_common.database import OUTBOX, Database, SqliteDatabase, Transaction
from candor_common.events import Contact, Survey, SurveyInvited
from candor_common.group_commit import GroupCommit
from candor_common.migrate import migrate
from candor_common.wire import decode
from tests.plugins.databases import START


def invitation(number: int) -> SurveyInvited:
    survey = Survey(
        id=str(number),
        incident_id=f"INC-{number:06d}",
        recipient=Contact(address="kim@example.com"),
        invited_at=START,
        expires_at=START + timedelta(days=1),
    )
    return SurveyInvited(survey=survey)


def invite(number: int, transaction: Transaction) -> None:
    transaction.emit(invitation(number))


def take(count: int, transaction: Transaction) -> list[int]:
    return list(take_numbers(transaction.connection, "reference", count))


def subjects(connection: Connection) -> list[str]:
    return list(connection.scalars(sa.select(outbox.outbox.c.subject).order_by(outbox.outbox.c.position)))


async def test_work_that_fails_leaves_no_trace(database: Database) -> None:
    def fails(transaction: Transaction) -> None:
        transaction.connection.execute(sa.insert(counter), [{"name": "a", "next": 1}])
        transaction.emit(invitation(1))
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        await database.transact(fails)

    assert await database.read(subjects) == []
    assert await database.read(lambda connection: connection.scalar(sa.select(counter.c.name))) is None


async def test_a_failing_job_takes_nobody_elses_work_along(database: Database) -> None:
    def insert(name: str, transaction: Transaction) -> None:
        transaction.connection.execute(sa.insert(counter), [{"name": name, "next": 1}])

    work = [database.transact(partial(insert, name)) for name in ["a", "b", "a", "c"]]
    outcomes = await asyncio.gather(*work, return_exceptions=True)

    assert sum(isinstance(one, IntegrityError) for one in outcomes) == 1
    names = await database.read(lambda connection: set(connection.scalars(sa.select(counter.c.name))))
    assert names == {"a", "b", "c"}


async def test_what_is_emitted_comes_back_as_it_was(database: Database) -> None:
    emitted = await database.transact(lambda tx: tx.emit(invitation(7)))

    [row] = await database.read(lambda connection: outbox.about(connection, "INC-000007"))
    assert decode(outbox.headers_of_row(row), row["value"]) == emitted


async def test_a_commit_rings_the_bell_and_a_failure_does_not(database: Database) -> None:
    bell = database.bells.listen(OUTBOX)

    def fails(transaction: Transaction) -> None:
        transaction.emit(invitation(1))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.transact(fails)
    assert not bell.is_set()

    await database.transact(lambda tx: tx.emit(invitation(1)))
    assert bell.is_set()


async def test_work_goes_to_its_end_when_its_caller_is_cancelled(database: Database) -> None:
    callers = [asyncio.create_task(database.transact(partial(invite, number))) for number in range(20)]
    await asyncio.sleep(0)
    for caller in callers:
        caller.cancel()
    await asyncio.gather(*callers, return_exceptions=True)

    async with asyncio.timeout(10):
        while len(await database.read(subjects)) < len(callers):
            await asyncio.sleep(0.01)


async def test_numbers_are_given_out_without_gaps_or_repeats(database: Database) -> None:
    await database.transact(lambda tx: take_numbers(tx.connection, "reference", 1))
    taken = await asyncio.gather(*(database.transact(partial(take, count)) for count in [1, 5, 3]))
    assert sorted(number for some in taken for number in some) == list(range(2, 11))


async def test_one_replica_holds_a_lease_until_it_is_over_or_given_back(
    database: Database, clock: ManualClock
) -> None:
    span = timedelta(seconds=30)

    async def take(holder: str) -> datetime | None:
        return await database.transact(lambda tx: leases.take(tx, "sweep", holder, span))

    ends = clock.now() + span
    assert await take("a") is None
    assert await take("b") == ends
    assert await take("a") is None
    clock.advance(span + timedelta(seconds=1))
    assert await take("b") is None
    assert await take("a") == clock.now() + span
    await database.transact(lambda tx: leases.give_back(tx, "a"))
    assert await take("a") == clock.now() + span
    await database.transact(lambda tx: leases.give_back(tx, "b"))
    assert await take("a") is None


async def test_posts_that_wait_share_a_transaction(database: Database) -> None:
    groups: list[int] = []

    def apply(transaction: Transaction, items: list[int]) -> list[int]:
        groups.append(len(items))
        for item in items:
            transaction.emit(invitation(item))
        return [item * 10 for item in items]

    group: GroupCommit[int, int] = GroupCommit(database, apply)  # type: ignore[arg-type]
    answers = await asyncio.gather(*(group.add(number) for number in range(1, 41)))

    assert answers == [number * 10 for number in range(1, 41)]
    assert len(groups) <= 3
    assert sorted(await database.read(subjects)) == [f"INC-{number:06d}" for number in range(1, 41)]


async def test_a_bad_post_fails_alone(database: Database) -> None:
    def apply(transaction: Transaction, items: list[int]) -> list[int]:
        for item in items:
            transaction.emit(invitation(item))
            if item == 3:
                raise ValueError("three")
        return items

    group: GroupCommit[int, int] = GroupCommit(database, apply)  # type: ignore[arg-type]
    answers = await asyncio.gather(*(group.add(number) for number in range(1, 6)), return_exceptions=True)

    assert [one for one in answers if not isinstance(one, Exception)] == [1, 2, 4, 5]
    assert isinstance(answers[2], ValueError)
    assert len(await database.read(subjects)) == 4


async def test_migrations_can_be_asked_for_again(database: Database) -> None:
    await migrate(database, ["candor_common"])
    await asyncio.gather(migrate(database, ["candor_common"]), migrate(database, ["candor_common"]))


async def test_sqlite_syncs_every_commit(tmp_path: Path, clock: ManualClock) -> None:
    database = SqliteDatabase(tmp_path / "candor.db", clock)
    try:
        settings = await database.transact(
            lambda tx: [
                tx.connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous")
            ]
        )
    finally:
        await database.close()
    assert settings == ["wal", 2]


async def test_a_closed_file_says_so_instead_of_keeping_its_callers(
    tmp_path: Path, clock: ManualClock
) -> None:
    database = SqliteDatabase(tmp_path / "candor.db", clock)
    await database.close()
    with pytest.raises(ConnectionError):
        await database.transact(subjects_of)


def subjects_of(transaction: Transaction) -> list[str]:
    return subjects(transaction.connection)
