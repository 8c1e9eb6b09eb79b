"""The bare way over Kafka: relay, reader task and round loop, each resting after a pass."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from time import perf_counter
from typing import NamedTuple

from aiokafka import (
    AIOKafkaConsumer,
    AIOKafkaProducer,
    ConsumerRebalanceListener,
    ConsumerRecord,
    TopicPartition,
)
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError

from tests.bench.bare_http import must_live
from tests.bench.bare_model import Event, Slice
from tests.bench.bare_postgres import PUBLISHED, UNPUBLISHED, Connection, connect

TOPICS = ("requests", "incidents", "promises")
PARTITIONS = 4
MOST_IN_MEMORY = 2_000
GROUP = 500


class Rest(NamedTuple):
    """How long a loop lies still after a pass: batches form meanwhile, at no cost when idle."""

    factor: float = 4.0
    most: float = 0.1

    async def after(self, started: float) -> None:
        """Rest in proportion to the pass that began then."""
        if self.most > 0:
            await asyncio.sleep(min(self.factor * (perf_counter() - started), self.most))


REST = Rest()


async def ensure_topics(bootstrap: str, prefix: str) -> None:
    """Create the topics: a consumer of a missing one would look again only after minutes."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        for topic in TOPICS:
            try:
                await admin.create_topics([NewTopic(prefix + topic, PARTITIONS, 1)])
            except TopicAlreadyExistsError:
                continue
    finally:
        await admin.close()


async def drop_topics(bootstrap: str, prefix: str) -> None:
    """Delete the topics of a run, so that they do not burden the next one."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([prefix + topic for topic in TOPICS])
    finally:
        await admin.close()


class Relay:
    """Copies committed outbox rows to Kafka: woken by the commit, with a slow poll as the net."""

    def __init__(self, connection: Connection, producer: AIOKafkaProducer, prefix: str, rest: Rest) -> None:
        self._connection = connection
        self._producer = producer
        self._prefix = prefix
        self._rest = rest
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Say that something was committed."""
        self._wake.set()

    async def run(self) -> None:
        """Publish pass after pass, for ever."""
        while True:
            await self._woken()
            started = perf_counter()
            count = await self._publish()
            if count == GROUP:
                self._wake.set()
            if count:
                await self._rest.after(started)

    async def _woken(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await self._wake.wait()
        self._wake.clear()

    async def _publish(self) -> int:
        rows = await self._connection.fetch(UNPUBLISHED, GROUP)
        if rows:
            acknowledged = [await self._send(Event(*row[1:])) for row in rows]
            await asyncio.gather(*acknowledged)
            await self._connection.execute(PUBLISHED, [row[0] for row in rows])
        return len(rows)

    async def _send(self, event: Event) -> "asyncio.Future[object]":
        headers = [
            ("ce_specversion", b"1.0"),
            ("ce_id", event.id.encode()),
            ("ce_type", event.type.encode()),
            ("ce_source", b"/bare"),
            ("ce_subject", event.key.encode()),
            ("content-type", b"application/json"),
        ]
        sent: asyncio.Future[object] = await self._producer.send(
            self._prefix + event.topic, event.body.encode(), key=event.key.encode(), headers=headers
        )
        return sent


@asynccontextmanager
async def relaying(
    database: str, schema: str, bootstrap: str, prefix: str, rest: Rest = REST
) -> AsyncIterator[Relay]:
    """A running relay with a database connection and a producer of its own."""
    async with AsyncExitStack() as stack:
        connection = await connect(database, schema)
        stack.push_async_callback(connection.close)
        producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            enable_idempotence=True,
            acks="all",
            linger_ms=0,
            max_batch_size=262_144,
        )
        await producer.start()
        stack.push_async_callback(producer.stop)
        relay = Relay(connection, producer, prefix, rest)
        stack.callback(must_live(relay.run()).cancel)
        yield relay


class Rounds:
    """One task that only reads and one that only works; a round is all that was read so far."""

    def __init__(self, consumer: AIOKafkaConsumer, prefix: str, rest: Rest) -> None:
        self._consumer = consumer
        self._prefix = prefix
        self._rest = rest
        self._read: dict[TopicPartition, list[ConsumerRecord[bytes, bytes]]] = {}
        self._some = asyncio.Event()
        self._room = asyncio.Event()

    async def read(self) -> None:
        """Keep the long poll open: unread records would stop aiokafka from fetching."""
        while True:
            records = await self._consumer.getmany(timeout_ms=60_000, max_records=MOST_IN_MEMORY)
            for partition, batch in records.items():
                self._read.setdefault(partition, []).extend(batch)
            if records:
                self._some.set()
            while sum(map(len, self._read.values())) >= MOST_IN_MEMORY:
                self._room.clear()
                await self._room.wait()

    async def work(self, handle: Callable[[list[Slice]], Awaitable[None]]) -> None:
        """Hand over round after round, for ever."""
        while True:
            await self._some.wait()
            self._some.clear()
            read, self._read = self._read, {}
            self._room.set()
            started = perf_counter()
            await handle([self._slice(partition, batch) for partition, batch in read.items()])
            await self._rest.after(started)

    def _slice(self, partition: TopicPartition, batch: "list[ConsumerRecord[bytes, bytes]]") -> Slice:
        topic = partition.topic.removeprefix(self._prefix)
        events = [_event(topic, record) for record in batch]
        return Slice(topic, partition.partition, batch[-1].offset + 1, events)


class SeekToPositions(ConsumerRebalanceListener):  # type: ignore[misc]
    """On assignment the database, not Kafka, says where to go on."""

    def __init__(self, consumer: AIOKafkaConsumer, connection: Connection, prefix: str) -> None:
        self._consumer = consumer
        self._connection = connection
        self._prefix = prefix

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Seek to the stored positions."""
        rows = await self._connection.fetch("SELECT topic, partition, next_offset FROM consumer_position")
        for topic, partition, next_offset in rows:
            place = TopicPartition(self._prefix + topic, partition)
            if place in assigned:
                self._consumer.seek(place, next_offset)

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Nothing to give back: the position was committed with the effects."""


def _event(topic: str, record: "ConsumerRecord[bytes, bytes]") -> Event:
    headers = dict(record.headers)
    assert record.key is not None
    assert record.value is not None
    return Event(
        headers["ce_id"].decode(),
        topic,
        record.key.decode(),
        headers["ce_type"].decode(),
        record.value.decode(),
    )
