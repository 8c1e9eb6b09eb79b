"""Looking at brokers from outside, in no subscription's name: what topics there are, how far they reach, what is in them."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from candor_common.feed import Partition, Record, record_of
from candor_common.kafka_client import HANGING_UP, KafkaSettings, limit_client_logs, within

PAGE = 500
_UNKNOWN_TOPIC = 3


@dataclass(frozen=True, slots=True)
class Span:
    """From the first record that a partition still holds to behind its last."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Described:
    """A topic as the brokers have it. `leaderless` counts partitions that nobody serves."""

    partitions: int
    copies: int
    leaderless: int
    configuration: Mapping[str, str]


async def brokers(settings: KafkaSettings) -> int:
    """How many brokers there are. Raises KafkaError when none answers or the login is refused."""
    async with _admin(settings) as admin:
        return len((await admin.describe_cluster())["brokers"])


async def described(settings: KafkaSettings, topics: Sequence[str]) -> Mapping[str, Described | None]:
    """By full name, how topics are kept; None for one that is not there. Raises KafkaError."""
    async with _admin(settings) as admin:
        found = {one["topic"]: one for one in await admin.describe_topics(list(topics))}
        there = [name for name in topics if found[name]["error_code"] != _UNKNOWN_TOPIC]
        kept = await _configurations(admin, there) if there else {}
    return {name: _described(found[name], kept[name]) if name in kept else None for name in topics}


async def _configurations(admin: AIOKafkaAdminClient, topics: Sequence[str]) -> dict[str, dict[str, str]]:
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in topics]
    answers = await admin.describe_configs(asked)
    resources = [one for answer in answers for one in answer.resources]
    return {resource[3]: {entry[0]: entry[1] for entry in resource[4]} for resource in resources}


def _described(topic: Mapping[str, Any], configuration: Mapping[str, str]) -> Described:
    partitions = topic["partitions"]
    copies = min((len(one["replicas"]) for one in partitions), default=0)
    return Described(len(partitions), copies, sum(one["leader"] < 0 for one in partitions), configuration)


async def spans(settings: KafkaSettings, topics: Sequence[str]) -> dict[Partition, Span]:
    """How far the partitions of some topics (full names) reach. Raises KafkaError."""
    async with _reader(settings) as reader:
        places = await _places(reader, topics)
        begins = await reader.beginning_offsets(places)
        ends = await reader.end_offsets(places)
    return {Partition(one.topic, one.partition): Span(begins[one], ends[one]) for one in places}


async def since(
    settings: KafkaSettings, topics: Sequence[str], moment: datetime
) -> AsyncIterator[list[Record]]:
    """What was written to some topics (full names) from a moment on, up to what is there now. Raises KafkaError."""
    async with _reader(settings) as reader:
        places = await _places(reader, topics)
        found = await reader.offsets_for_times(dict.fromkeys(places, _milliseconds(moment)))
        ends = await reader.end_offsets(places)
        left = {place: ends[place] for place in places if found[place] and found[place].offset < ends[place]}
        reader.assign(list(left))
        for place in left:
            reader.seek(place, found[place].offset)
        while left:
            fetched = await reader.getmany(*left, timeout_ms=1000, max_records=PAGE)
            yield [
                _record(one)
                for place, several in fetched.items()
                for one in several
                if one.offset < ends[place]
            ]
            for place in [one for one in left if await reader.position(one) >= left[one]]:
                del left[place]
                reader.pause(place)


async def last(settings: KafkaSettings, topic: str) -> list[Record]:
    """The last record of each partition of a topic (full name) that has any. Raises KafkaError."""
    async with _reader(settings) as reader:
        places = await _places(reader, [topic])
        begins, ends = await reader.beginning_offsets(places), await reader.end_offsets(places)
        full = [one for one in places if ends[one] > begins[one]]
        if not full:
            return []
        reader.assign(full)
        for place in full:
            reader.seek(place, ends[place] - 1)
        fetched = [await reader.getmany(place, timeout_ms=2000, max_records=1) for place in full]
    return [_record(one) for part in fetched for several in part.values() for one in several]


def _milliseconds(moment: datetime) -> int:
    return max(0, int(moment.timestamp() * 1000))


def _record(read: Any) -> Record:
    headers = {name: (value or b"").decode("utf-8", "replace") for name, value in read.headers}
    return record_of(Partition(read.topic, read.partition), read.offset, headers, read.value)


async def _places(reader: AIOKafkaConsumer, topics: Sequence[str]) -> list[TopicPartition]:
    await reader._client.set_topics(topics)
    found = {topic: reader.partitions_for_topic(topic) or () for topic in topics}
    return [TopicPartition(topic, number) for topic, numbers in found.items() for number in sorted(numbers)]


@asynccontextmanager
async def _admin(settings: KafkaSettings) -> AsyncIterator[AIOKafkaAdminClient]:
    limit_client_logs()
    admin = AIOKafkaAdminClient(**settings.client_options())
    try:
        await admin.start()
        yield admin
    finally:
        await within(HANGING_UP, admin.close())


@asynccontextmanager
async def _reader(settings: KafkaSettings) -> AsyncIterator[AIOKafkaConsumer]:
    limit_client_logs()
    reader = AIOKafkaConsumer(**settings.client_options(), group_id=None, auto_offset_reset="none")
    try:
        await reader.start()
        yield reader
    finally:
        await within(2.0, reader.stop())
        await within(HANGING_UP, reader._client.close())
        await asyncio.sleep(0)
