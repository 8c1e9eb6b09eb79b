"""The Kafka adapter of the feed. Positions live in the database; Kafka only says who reads which partition."""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError, OffsetOutOfRangeError

from candor_common.feed import Batch, Partition, Positions, Record, record_of
from candor_common.kafka_buffer import Buffer
from candor_common.kafka_client import KafkaSettings, close_consumer, limit_client_logs, within
from candor_common.kafka_hearing import Hearing

log = structlog.get_logger()

PAGE = 500
LONG_POLL = 5.0
RETRY = 1.0
REPORT_EVERY = 5.0


class EventsLost(Exception):
    """The log does not hold the position that the database remembers."""


class _Rebalance(ConsumerRebalanceListener):  # type: ignore[misc]
    """Hands over what aiokafka tells. It neither waits nor locks: the client's heart stands still meanwhile."""

    def __init__(self, feed: "KafkaFeed", consumer: AIOKafkaConsumer) -> None:
        self._feed = feed
        self._consumer = consumer

    def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        self._feed.give_up(revoked)

    def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self._feed.take_over(self._consumer, assigned)


class KafkaFeed:
    """Events of some topics, shared out by partitions among all members of the subscription."""

    repeats = True
    rest_factor = 4.0

    def __init__(
        self,
        settings: KafkaSettings,
        subscription: str,
        topics: Sequence[str],
        ready: "asyncio.Future[None] | None" = None,
    ) -> None:
        """`topics` are full names, as `KafkaSettings.topic` gives them. `ready` is done once they exist: a member
        that subscribes to a missing topic looks for it again only after minutes."""
        self.subscription = subscription
        self._ready = ready
        self._settings = settings
        self._topics = topics
        self._consumer: AIOKafkaConsumer | None = None
        self._buffer = Buffer()
        self._given: dict[Partition, int] = {}
        self._done: dict[Partition, int] = {}
        self._failure: Exception | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._placing: asyncio.Task[None] | None = None
        self._assigned = False
        self._hearing = Hearing()
        self._report_after = 0.0
        self._reported: dict[Partition, int] = {}

    async def start(self, positions: Positions) -> None:
        """Begin to read. Returns at once: a broker that is away is waited for in the background."""
        limit_client_logs()
        self._positions = positions
        self._begin(self._read())

    async def read(self) -> Batch:
        """Raises what ended the reading: `EventsLost`, or what a broker will not forgive."""
        self._done = dict(self._given)
        while not (batch := self._buffer.take()):
            if self._failure is not None:
                raise self._failure
            await self._buffer.filled.wait()
        self._given |= {partition: records[-1].next_offset for partition, records in batch.items()}
        return batch

    async def seek(self, positions: Mapping[Partition, int]) -> None:
        self._buffer.drop(positions)
        for partition, offset in positions.items():
            place = _place(partition)
            if self._consumer is not None and place in self._consumer.assignment():
                self._consumer.seek(place, offset)
                self._given[partition] = offset

    def assigned(self) -> bool:
        return self._assigned

    def lag(self) -> int:
        if self._consumer is None:
            return 0
        return sum(self._behind(self._consumer, place) for place in self._consumer.assignment())

    def idle(self) -> bool:
        if (consumer := self._consumer) is None:
            return False
        places = consumer.assignment()
        known = all(consumer.highwater(place) is not None for place in places)
        return bool(places) and known and not self.lag()

    def silence(self) -> float:
        return self._hearing.silence()

    def _behind(self, consumer: AIOKafkaConsumer, place: TopicPartition) -> int:
        end, given = consumer.highwater(place), self._given.get(_partition(place))
        return 0 if end is None or given is None else max(0, end - given)

    async def stop(self) -> None:
        """End within five seconds and without an error, also when the broker is gone."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*(within(0.5, task) for task in self._tasks))
        if self._consumer is not None:
            await close_consumer(self._consumer)

    def give_up(self, revoked: Iterable[TopicPartition]) -> None:
        """Forget partitions that may go to another member."""
        if self._placing is not None:
            self._placing.cancel()
        self._buffer.drop(map(_partition, revoked))
        self._given.clear()

    def take_over(self, consumer: AIOKafkaConsumer, assigned: set[TopicPartition]) -> None:
        """Hold the partitions still until the database has said where to go on."""
        for place in assigned:
            # A partition with a position, even one that is paused, is never asked for Kafka's own idea of it.
            consumer.pause(place)
            consumer.seek(place, 0)
        self._buffer.drop(map(_partition, assigned))
        self._placing = self._begin(self._place(consumer, assigned))

    async def _place(self, consumer: AIOKafkaConsumer, assigned: Iterable[TopicPartition]) -> None:
        positions = await self._positions([_partition(place) for place in assigned])
        for place in assigned:
            offset = self._given[_partition(place)] = positions[_partition(place)]
            consumer.seek(place, offset)
            consumer.resume(place)
        self._assigned = True

    async def _read(self) -> None:
        """Do nothing but read: the client fetches nothing ahead while something lies unread."""
        consumer = await self._join()
        while True:
            with self._hearing.deaf():
                page = min(PAGE, await self._buffer.room())
            try:
                found = await consumer.getmany(timeout_ms=int(LONG_POLL * 1000), max_records=page)
            except OffsetOutOfRangeError as error:
                await self._out_of_range(consumer, error.args[0])
                continue
            self._hearing.listen(consumer)
            for place, records in found.items():
                self._buffer.put(_partition(place), [_record(one) for one in records])
            self._report(consumer)
            await asyncio.sleep(0)

    async def _join(self) -> AIOKafkaConsumer:
        if self._ready is not None:
            await asyncio.shield(self._ready)
        while True:
            consumer = self._consumer = self._new_consumer()
            try:
                await consumer.start()
            except KafkaError as error:
                if not error.retriable:
                    raise
                log.warning("kafka_away", subscription=self.subscription, error=str(error)[:200])
                await close_consumer(consumer)
                await asyncio.sleep(RETRY)
            else:
                return consumer

    def _new_consumer(self) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(
            **self._settings.client_options(),
            client_id=f"candor-{self.subscription}",
            group_id=self._settings.group(self.subscription),
            enable_auto_commit=False,
            auto_offset_reset="none",
            fetch_max_wait_ms=500,
            heartbeat_interval_ms=1000,
        )
        consumer.subscribe(self._topics, listener=_Rebalance(self, consumer))
        return consumer

    async def _out_of_range(self, consumer: AIOKafkaConsumer, lost: Mapping[TopicPartition, int]) -> None:
        """Never read before means from the earliest event there is; anything else is a hole that people must see."""
        if holes := {f"{place.topic}/{place.partition}": at for place, at in lost.items() if at > 0}:
            log.error("events_lost", subscription=self.subscription, positions=holes)
            raise EventsLost(f"{self.subscription} can't go on: the log does not hold these offsets: {holes}")
        with suppress(IllegalStateError):
            await consumer.seek_to_beginning(*lost)

    def _report(self, consumer: AIOKafkaConsumer) -> None:
        """Tell Kafka now and then how far we are: for lag dashboards only, nothing reads it back."""
        if self._done == self._reported or monotonic() < self._report_after:
            return
        self._reported, self._report_after = self._done, monotonic() + REPORT_EVERY
        done = {_place(partition): offset for partition, offset in self._done.items()}
        # After a rebalance nothing of it may be ours any more, and the client takes an empty commit for a mistake.
        if mine := {place: done[place] for place in done.keys() & consumer.assignment()}:
            self._begin(_commit(consumer, mine))

    def _begin(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            self._failure = error
            self._buffer.filled.set()


def _place(partition: Partition) -> TopicPartition:
    return TopicPartition(partition.topic, partition.number)


def _partition(place: TopicPartition) -> Partition:
    return Partition(place.topic, place.partition)


def _record(read: "ConsumerRecord[bytes, bytes]") -> Record:
    headers = {name: (value or b"").decode("utf-8", "replace") for name, value in read.headers}
    return record_of(Partition(read.topic, read.partition), read.offset, headers, read.value)


async def _commit(consumer: AIOKafkaConsumer, offsets: Mapping[TopicPartition, int]) -> None:
    with suppress(KafkaError, TimeoutError):
        async with asyncio.timeout(REPORT_EVERY):
            await consumer.commit(offsets)
