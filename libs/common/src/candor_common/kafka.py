"""Apache Kafka, as Candor uses it: the topics, and a look at what runs through them.

The modules named `kafka…` are the only ones that know the client library.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, LeaderNotAvailableError, NoError, TopicAlreadyExistsError, for_code

from candor_common.events import Topic
from candor_common.kafka_client import HANGING_UP, KafkaSettings, RateLimit, limit_client_logs, within
from candor_common.kafka_feed import EventsLost, KafkaFeed
from candor_common.kafka_refusals import look_at
from candor_common.relay import Relay
from candor_common.topics import TOPICS
from candor_common.wire import Headers

__all__ = [
    "EventsLost",
    "KafkaFeed",
    "KafkaSettings",
    "RateLimit",
    "Relay",
    "Tailed",
    "create_topics",
    "limit_client_logs",
    "tail",
]

RETRY = 0.1


async def create_topics(
    settings: KafkaSettings,
    topics: Sequence[Topic] = tuple(TOPICS),
    *,
    partitions: int | None = None,
    replication: int = 1,
    limit: float | None = 60.0,
) -> None:
    """Make the topics that are not there yet, and wait until every partition has a leader.

    Topics that exist are left as they are. Waits for a broker that is not up yet; raises TimeoutError after `limit`
    seconds (None: never), SettingsError when the brokers don't let us in, and KafkaError when they refuse otherwise.
    """
    limit_client_logs()
    wanted = [_new_topic(settings, topic, partitions, replication) for topic in topics]
    async with asyncio.timeout(limit):
        while True:
            try:
                return await _ensure(settings, wanted)
            except KafkaError as error:
                await look_at(settings, error)
                if not error.retriable:
                    raise
            await asyncio.sleep(RETRY)


def _new_topic(settings: KafkaSettings, topic: Topic, partitions: int | None, replication: int) -> NewTopic:
    kept = TOPICS[topic]
    # With three copies or more an event counts as stored only when two brokers have it.
    safe = {"min.insync.replicas": "2"} if replication > 2 else {}
    configuration = {**kept.configuration, **safe}
    count = partitions or kept.partitions
    return NewTopic(settings.topic(topic), count, replication, topic_configs=configuration)


async def _ensure(settings: KafkaSettings, wanted: Sequence[NewTopic]) -> None:
    admin = AIOKafkaAdminClient(**settings.client_options())
    try:
        await admin.start()
        # Asked first: where somebody else has made the topics, a service needs no right to make any.
        known = set(await admin.list_topics())
        await _create(admin, [topic for topic in wanted if topic.name not in known])
        if not _led(await admin.describe_topics([topic.name for topic in wanted])):
            raise LeaderNotAvailableError
    finally:
        await within(HANGING_UP, admin.close())


async def _create(admin: AIOKafkaAdminClient, missing: Sequence[NewTopic]) -> None:
    if not missing:
        return
    response = await admin.create_topics(list(missing))
    for name, code, *_ in response.topic_errors:
        error = for_code(code)
        if error not in (NoError, TopicAlreadyExistsError):
            raise error(name)


def _led(topics: Sequence[Mapping[str, Any]]) -> bool:
    return all(
        topic["error_code"] == 0
        and topic["partitions"]
        and all(partition["leader"] >= 0 for partition in topic["partitions"])
        for topic in topics
    )


class Tailed(NamedTuple):
    """A record as it stands in a topic."""

    topic: str
    partition: int
    offset: int
    headers: Headers
    value: bytes | None


async def tail(
    settings: KafkaSettings, topics: Sequence[str], *, from_beginning: bool = False, follow: bool = True
) -> AsyncIterator[Tailed]:
    """What is in some topics, in no subscription's name. Without `follow` it ends at what was the end at the start.

    Raises KafkaError when no broker answers.
    """
    limit_client_logs()
    consumer = AIOKafkaConsumer(
        *(settings.topic(topic) for topic in topics),
        **settings.client_options(),
        group_id=None,
        auto_offset_reset="earliest" if from_beginning else "latest",
    )
    try:
        await consumer.start()
        ends = None if follow else await consumer.end_offsets(consumer.assignment())
        while ends is None or await _before(consumer, ends):
            found = await consumer.getmany(timeout_ms=500, max_records=500)
            for records in found.values():
                for one in records:
                    headers = {name: (value or b"").decode("utf-8", "replace") for name, value in one.headers}
                    yield Tailed(one.topic, one.partition, one.offset, headers, one.value)
    finally:
        await within(2.0, consumer.stop())
        await within(HANGING_UP, consumer._client.close())


async def _before(consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> bool:
    places = [await consumer.position(place) for place in ends]
    return any(at < end for at, end in zip(places, ends.values(), strict=True))
