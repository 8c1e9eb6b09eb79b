"""The suite of all feeds on both adapters, and what only the one on Kafka has to do."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from candor_common import outbox
from candor_common.clock import SystemClock
from candor_common.columns import metadata
from candor_common.database import SqliteDatabase, Transaction
from candor_common.embedded import TableFeed
from candor_common.events import Envelope, SurveyInvited
from candor_common.feed import Feed
from candor_common.kafka import EventsLost, KafkaFeed, KafkaSettings, create_topics
from candor_common.trace import new_trace
from candor_common.wire import Headers
from tests.contract.conftest import (
    TOPIC,
    StoredPositions,
    fact,
    numbers,
    outgoing,
    publish,
    raw,
    read_until,
)
from tests.contract.feed_contract import FeedContract, until_assigned
from tests.servers.kafka import KafkaAddress


class KafkaLog:
    """Topics of one's own on a broker."""

    def __init__(self, settings: KafkaSettings) -> None:
        self.settings = settings
        self._subscription = f"reader-{uuid4().hex[:8]}"

    def feed(self) -> KafkaFeed:
        return KafkaFeed(self.settings, self._subscription, [self.settings.topic(TOPIC)])

    async def write(self, *facts: SurveyInvited) -> None:
        events = [
            Envelope(str(uuid4()), "/candor/feedback", SystemClock().now(), new_trace(), one) for one in facts
        ]
        await publish(self.settings, [outgoing(self.settings, event) for event in events])

    async def write_raw(self, headers: Headers, value: bytes) -> None:
        await publish(self.settings, [raw(self.settings, headers, value)])


class SqliteLog:
    """The outbox table of a file."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def feed(self) -> TableFeed:
        return TableFeed(self._database, "reader", [TOPIC])

    async def write(self, *facts: SurveyInvited) -> None:
        def work(transaction: Transaction) -> None:
            for one in facts:
                transaction.emit(one)

        await self._database.transact(work)

    async def write_raw(self, headers: Headers, value: bytes) -> None:
        row: dict[str, Any] = {
            "event_id": headers["ce_id"],
            "topic": TOPIC,
            "key": "INC-1",
            "type": headers["ce_type"],
            "source": headers["ce_source"],
            "subject": headers["ce_subject"],
            "sequence": int(headers["ce_sequence"]),
            "time": SystemClock().now(),
            "traceparent": headers["traceparent"],
            "value": value,
        }
        await self._database.transact(lambda tx: tx.connection.execute(sa.insert(outbox.outbox), [row]))


class TestTableFeed(FeedContract):
    """The suite on SQLite."""

    @pytest.fixture
    async def log(self, sqlite_path: Path) -> AsyncIterator[SqliteLog]:
        database = SqliteDatabase(sqlite_path, SystemClock())
        metadata.create_all(database.engine)
        yield SqliteLog(database)
        await database.close()


class TestKafkaFeed(FeedContract):
    """The suite on a broker."""

    @pytest.fixture
    async def log(self, kafka: KafkaSettings) -> KafkaLog:
        return KafkaLog(kafka)

    async def test_two_members_share_and_the_one_that_leaves_hands_over(
        self, log: KafkaLog, positions: StoredPositions
    ) -> None:
        async with self.reading(log, positions) as first:
            async with self.reading(log, positions) as second:
                await self._both_read(log, [first, second], positions)
            await log.write(*(fact(f"INC-{n}", 100 + n) for n in range(20)))
            await self._read_new(first, {100 + n for n in range(20)})

    async def _read_new(self, feed: Feed, awaited: set[int]) -> None:
        """Read until all these have come; what the other member had read but not noted comes again before them."""
        async with asyncio.timeout(25):
            while awaited:
                for records in (await feed.read()).values():
                    awaited -= {one for found in numbers(records).values() for one in found}

    async def _both_read(self, log: KafkaLog, feeds: list[Feed], positions: StoredPositions) -> None:
        """Write until each member has had something that the other had not."""
        tasks = [asyncio.create_task(self._note_all(feed, positions)) for feed in feeds]
        async with asyncio.timeout(20):
            while not all(task.done() for task in tasks):
                await log.write(*(fact(f"INC-{n}", n) for n in range(20)))
                await asyncio.sleep(0.2)

    async def _note_all(self, feed: Feed, positions: StoredPositions) -> None:
        """Read until the rounds hold some partitions, but not all."""
        shares: set[int] = set()
        while shares != {2}:
            batch = await feed.read()
            positions.note(batch)
            shares = {len(batch)}

    async def test_a_member_for_whom_no_partition_is_left_has_its_share_too(
        self, kafka_server: KafkaAddress, positions: StoredPositions
    ) -> None:
        settings = KafkaSettings(kafka_server.bootstrap, prefix=f"test-{uuid4().hex[:12]}.")
        await create_topics(settings, [TOPIC], partitions=1)
        log = KafkaLog(settings)
        async with self.reading(log, positions) as first, self.reading(log, positions) as second:
            await until_assigned(first, second)

    async def test_an_offset_beyond_the_log_is_an_alarm(
        self, log: KafkaLog, positions: StoredPositions
    ) -> None:
        await log.write(fact("INC-1", 1))
        async with self.reading(log, positions) as feed:
            [record] = await read_until(feed, 1)
        positions.stored[record.partition] = 4711
        async with self.reading(log, positions) as feed:
            with pytest.raises(EventsLost, match="4711"):
                await read_until(feed, 1)

    async def test_no_more_than_a_bounded_number_waits_in_memory(
        self, log: KafkaLog, positions: StoredPositions
    ) -> None:
        for start in range(0, 2500, 100):
            await log.write(*(fact("INC-1", n) for n in range(start, start + 100)))
        async with self.reading(log, positions) as feed:
            async with asyncio.timeout(10):
                while feed.lag() < 2500:
                    await asyncio.sleep(0.05)
            await asyncio.sleep(2)
            first = await feed.read()
            assert sum(map(len, first.values())) == 2000
            assert feed.lag() == 500
            assert len(await read_until(feed, 500)) == 500

    async def test_it_stops_when_there_never_was_a_broker(self, positions: StoredPositions) -> None:
        feed = KafkaFeed(KafkaSettings("127.0.0.1:9"), "reader", [TOPIC])
        await feed.start(positions)
        await asyncio.sleep(0.2)
        assert not feed.assigned()
        began = monotonic()
        await feed.stop()
        assert monotonic() - began < 10
