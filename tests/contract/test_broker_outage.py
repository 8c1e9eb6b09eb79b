"""The broker is killed under a feed and a relay, and comes back. One outage for all, since a start takes seconds."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pytest

from candor_common.clock import SystemClock
from candor_common.database.postgres import PostgresDatabase
from candor_common.feed import Feed
from candor_common.kafka import KafkaFeed, KafkaSettings
from candor_common.kafka_feed import LONG_POLL
from candor_common.relay import Relay
from tests.contract.conftest import TOPIC, StoredPositions, numbers, own_topics, read_until
from tests.contract.test_relay import all_marked, emit, running, until
from tests.servers.kafka import KafkaServer


@pytest.fixture
async def mortal_server(tmp_path: Path) -> AsyncIterator[KafkaServer]:
    server = KafkaServer(tmp_path / "kafka")
    await asyncio.to_thread(server.start)
    yield server
    server.kill()


@pytest.fixture
async def doomed_database(postgres_url: str) -> AsyncIterator[PostgresDatabase]:
    """For the relay that is stopped while the broker is gone, in the place of another process."""
    opened = PostgresDatabase(postgres_url, SystemClock())
    yield opened
    await opened.close()


async def test_a_killed_broker_delays_events_and_loses_none(
    mortal_server: KafkaServer, database: PostgresDatabase, doomed_database: PostgresDatabase
) -> None:
    kafka = await own_topics(mortal_server.bootstrap)
    positions = StoredPositions()
    feed, doomed_feed = _feed(kafka, "one"), _feed(kafka, "two")
    for one in (feed, doomed_feed):
        await one.start(positions)
    doomed = Relay(doomed_database, kafka)
    await doomed.start()
    await emit(database, ("INC-1", 1))
    assert numbers(await read_until(feed, 1)) == numbers(await read_until(doomed_feed, 1)) == {"INC-1": [1]}
    async with running(database, kafka) as heir:
        await asyncio.to_thread(mortal_server.kill)
        await emit(database, ("INC-1", 2))
        await asyncio.sleep(0.3)
        await _stops_in_time(doomed)
        await _stops_in_time(doomed_feed)
        await _says_how_long_it_waits(heir)
        await asyncio.to_thread(mortal_server.start)
        assert numbers(await read_until(feed, 1)) == {"INC-1": [2]}
        await until(lambda: all_marked(database))
        assert await heir.oldest_unpublished() is None
    await feed.stop()


async def test_a_broker_that_answers_nothing_is_missed_until_it_does(mortal_server: KafkaServer) -> None:
    feed = _feed(await own_topics(mortal_server.bootstrap), "one")
    await feed.start(StoredPositions())
    await until(_is(feed.assigned))
    mortal_server.pause()
    # Without news a look every few seconds is enough.
    await until(_is(lambda: feed.silence() > LONG_POLL + 1))
    mortal_server.resume()
    await until(_is(lambda: feed.silence() < 1))
    await feed.stop()


def _is(condition: Callable[[], bool]) -> Callable[[], Awaitable[object]]:
    async def asked() -> bool:
        return condition()

    return asked


def _feed(kafka: KafkaSettings, subscription: str) -> KafkaFeed:
    return KafkaFeed(kafka, subscription, [kafka.topic(TOPIC)])


async def _stops_in_time(one: Relay | Feed) -> None:
    began = monotonic()
    await one.stop()
    assert monotonic() - began < 10


async def _says_how_long_it_waits(relay: Relay) -> None:
    age = await relay.oldest_unpublished()
    assert age is not None
    assert timedelta(seconds=0.3) <= age < timedelta(seconds=15)
    assert [check.ok for check in await relay.check()] == [True]
