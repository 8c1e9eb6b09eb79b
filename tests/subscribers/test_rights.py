"""A subscriber reads everything, in groups of its own, and changes nothing; a service writes its own topics only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError, for_code

from candor_common.kafka_client import within
from candor_common.kafka_look import described
from candor_common.topics import TOPICS, topic_name
from tests.subscribers.provider import SUBSCRIBER, Provider

ALL = [topic_name(topic) for topic in TOPICS]


@asynccontextmanager
async def writer(provider: Provider, user: str) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(**provider.kafka.settings(user).client_options())
    await producer.start()
    try:
        yield producer
    finally:
        await within(5.0, producer.stop())


async def ends(provider: Provider, group: str | None) -> dict[str, int]:
    """How far each topic reaches, for somebody who reads them as a subscriber in a group."""
    options = provider.kafka.settings(SUBSCRIBER).client_options()
    reader = AIOKafkaConsumer(*ALL, **options, group_id=group, auto_offset_reset="earliest")
    try:
        await reader.start()
        await reader.getmany(timeout_ms=500)
        found = await reader.end_offsets(reader.assignment())
        return {place.topic: end for place, end in found.items()}
    finally:
        await within(5.0, reader.stop())


@pytest.mark.parametrize("topic", ALL)
async def test_a_subscriber_cannot_write(provider: Provider, topic: str) -> None:
    async with writer(provider, SUBSCRIBER) as producer:
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait(topic, b"{}", key=b"INC-000001")


async def test_a_subscriber_cannot_make_or_delete_topics(provider: Provider) -> None:
    admin = AIOKafkaAdminClient(**provider.kafka.settings(SUBSCRIBER).client_options())
    try:
        await admin.start()
        made = await admin.create_topics([NewTopic(f"candor.{uuid4().hex}", 1, 1)])
        gone = await admin.delete_topics([ALL[0]])
    finally:
        await within(5.0, admin.close())
    assert [for_code(code) for _, code, *_ in made.topic_errors] == [TopicAuthorizationFailedError]
    assert [for_code(code) for _, code in gone.topic_error_codes] == [TopicAuthorizationFailedError]


async def test_a_subscriber_reads_every_topic_in_groups_of_its_own(provider: Provider) -> None:
    assert set(await ends(provider, f"{SUBSCRIBER}.{uuid4().hex}")) == set(ALL)


@pytest.mark.parametrize("group", ["candor.triage", "somebody.else"])
async def test_a_subscriber_cannot_join_the_groups_of_others(provider: Provider, group: str) -> None:
    with pytest.raises(GroupAuthorizationFailedError):
        await ends(provider, group)


async def test_a_service_writes_its_own_topics_and_no_others(provider: Provider) -> None:
    async with writer(provider, "triage") as producer:
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait(topic_name("messages"), b"{}", key=b"INC-000001")
    async with writer(provider, "feedback") as producer:
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait(topic_name("incidents"), b"{}", key=b"INC-000001")


async def test_a_service_sees_how_topics_are_kept(provider: Provider) -> None:
    found = await described(provider.kafka.settings("triage"), ALL)
    kept = {name: one.configuration["cleanup.policy"] for name, one in found.items() if one}
    assert kept == {topic_name(name): plan.configuration["cleanup.policy"] for name, plan in TOPICS.items()}
