"""The relay between PostgreSQL and Kafka, both real."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from math import inf
from time import monotonic

import sqlalchemy as sa

from candor_common import outbox
from candor_common.clock import SystemClock
from candor_common.database import Transaction
from candor_common.database.postgres import PostgresDatabase
from candor_common.kafka import KafkaSettings, Tailed, tail
from candor_common.relay import Relay
from tests.contract.conftest import TOPIC, envelope, fact

BREAK_MARKS = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no marks'; END $$;
    CREATE TRIGGER refuse BEFORE UPDATE ON outbox FOR EACH ROW EXECUTE FUNCTION refuse();
"""
MEND_MARKS = "DROP TRIGGER refuse ON outbox"
END_OTHER_SESSIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@asynccontextmanager
async def running(database: PostgresDatabase, kafka: KafkaSettings) -> AsyncIterator[Relay]:
    relay = Relay(database, kafka)
    await relay.start()
    try:
        yield relay
    finally:
        async with asyncio.timeout(15):
            await relay.stop()


async def emit(database: PostgresDatabase, *events: tuple[str, int]) -> list[str]:
    """Commit events in one transaction; their ids."""

    def work(transaction: Transaction) -> list[str]:
        return [transaction.emit(fact(incident, number)).id for incident, number in events]

    return await database.transact(work)


async def tell(database: PostgresDatabase, statements: str) -> None:
    def work(transaction: Transaction) -> None:
        for statement in statements.strip().split(";\n"):
            transaction.connection.execute(sa.text(statement))

    await database.transact(work)


async def published(kafka: KafkaSettings) -> list[Tailed]:
    return [one async for one in tail(kafka, [TOPIC], from_beginning=True, follow=False)]


async def ids(kafka: KafkaSettings) -> list[str]:
    return [one.headers["ce_id"] for one in await published(kafka)]


async def has_all(kafka: KafkaSettings, expected: list[str]) -> bool:
    return sorted(await ids(kafka)) == sorted(expected)


async def until(condition: Callable[[], Awaitable[object]], within: float = 15.0) -> None:
    async with asyncio.timeout(within):
        while not await condition():
            await asyncio.sleep(0.02)


async def all_marked(database: PostgresDatabase) -> bool:
    return not await database.read(lambda connection: outbox.unpublished(connection, 1))


async def test_events_of_one_incident_keep_their_order(
    database: PostgresDatabase, kafka: KafkaSettings
) -> None:
    expected: dict[str, list[str]] = {f"INC-{n}": [] for n in range(3)}
    async with running(database, kafka):
        for number in range(40):
            [event_id] = await emit(database, (f"INC-{number % 3}", number))
            expected[f"INC-{number % 3}"].append(event_id)
        await until(lambda: all_marked(database))
    seen: dict[str, list[str]] = {incident: [] for incident in expected}
    for one in await published(kafka):
        seen[one.headers["ce_subject"]].append(one.headers["ce_id"])
    assert seen == expected


async def test_a_backlog_goes_out_whole(database: PostgresDatabase, kafka: KafkaSettings) -> None:
    expected = await emit(database, *(("INC-1", number) for number in range(1200)))
    async with running(database, kafka):
        await until(lambda: all_marked(database))
    assert await ids(kafka) == expected


async def sent_twice(kafka: KafkaSettings) -> bool:
    return len(await ids(kafka)) >= 2


async def test_what_was_sent_but_not_noted_is_sent_again(
    database: PostgresDatabase, kafka: KafkaSettings
) -> None:
    await tell(database, BREAK_MARKS)
    [event_id] = await emit(database, ("INC-1", 1))
    async with running(database, kafka):
        await until(lambda: sent_twice(kafka))
        await tell(database, MEND_MARKS)
        await until(lambda: all_marked(database))
    sent = await ids(kafka)
    assert len(sent) >= 2
    assert set(sent) == {event_id}


async def test_rows_that_commit_out_of_order_are_both_sent(
    database: PostgresDatabase, kafka: KafkaSettings
) -> None:
    early, late = envelope("INC-1", 1), envelope("INC-2", 2)
    async with (
        running(database, kafka),
        database.engine.connect() as first,
        database.engine.connect() as second,
    ):
        await first.run_sync(outbox.append, [early])
        await second.run_sync(outbox.append, [late])
        await second.commit()
        await until(lambda: ids(kafka))
        assert await ids(kafka) == [late.id]
        await first.commit()
        await until(lambda: has_all(kafka, [late.id, early.id]))
        await until(lambda: all_marked(database))


async def test_a_commit_of_this_process_wakes_it_at_once(
    database: PostgresDatabase, kafka: KafkaSettings
) -> None:
    async with running(database, kafka) as relay:
        await until(lambda: _is_elected(relay))
        assert await _fastest_of_five(database) < 0.5


async def test_a_replica_that_is_not_elected_rings_the_one_that_is(
    postgres_url: str, database: PostgresDatabase, kafka: KafkaSettings
) -> None:
    other = PostgresDatabase(postgres_url, SystemClock())
    async with running(database, kafka) as elected:
        await until(lambda: _is_elected(elected))
        async with running(other, kafka) as waiting:
            await asyncio.sleep(0.2)
            assert await _fastest_of_five(other) < 0.5
            assert (elected.elected, waiting.elected) == (True, False)
    await other.close()


async def test_another_replica_takes_over(
    postgres_url: str, database: PostgresDatabase, kafka: KafkaSettings
) -> None:
    other = PostgresDatabase(postgres_url, SystemClock())
    async with running(other, kafka) as heir:
        async with running(database, kafka) as first:
            await until(lambda: _one_is_elected(first, heir))
            [before] = await emit(database, ("INC-1", 1))
            await until(lambda: all_marked(database))
        await until(lambda: _is_elected(heir))
        [after] = await emit(database, ("INC-1", 2))
        await until(lambda: all_marked(database))
    await other.close()
    assert await ids(kafka) == [before, after]


async def test_it_recovers_when_the_database_ends_its_sessions(
    database: PostgresDatabase, postgres_url: str, kafka: KafkaSettings
) -> None:
    outside = PostgresDatabase(postgres_url, SystemClock())
    async with running(database, kafka) as relay:
        await until(lambda: _is_elected(relay))
        await tell(outside, END_OTHER_SESSIONS)
        expected = await emit(outside, ("INC-1", 1))
        await until(lambda: all_marked(outside))
    await outside.close()
    assert await ids(kafka) == expected


async def test_it_stops_when_there_never_was_a_broker(database: PostgresDatabase) -> None:
    async with running(database, KafkaSettings("127.0.0.1:9")):
        await asyncio.sleep(0.3)


async def _is_elected(relay: Relay) -> bool:
    return relay.elected


async def _one_is_elected(*relays: Relay) -> bool:
    return sum(relay.elected for relay in relays) == 1


async def _fastest_of_five(database: PostgresDatabase) -> float:
    """Seconds from the commit until the event is noted as published. One that was not woken would never be so fast."""
    await emit(database, ("INC-1", 0))
    await until(lambda: all_marked(database))
    fastest = inf
    for number in range(5):
        began = monotonic()
        await emit(database, ("INC-1", number))
        await until(lambda: all_marked(database))
        fastest = min(fastest, monotonic() - began)
        await asyncio.sleep(0.15)
    return fastest
