"""What is seen of brokers from outside, on a real one."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from candor_common import kafka_look
from candor_common.events import Envelope
from candor_common.feed import Partition
from candor_common.kafka import KafkaSettings, create_topics
from candor_common.kafka_producer import Outgoing, Publisher
from candor_common.topics import TOPICS
from candor_common.trace import new_trace
from candor_common.wire import headers_of, value_of
from tests.plugins.facts import NINE, an_incident, opened
from tests.servers.kafka import KafkaAddress

COUNT = 30


@pytest.fixture
async def kafka(kafka_server: KafkaAddress) -> KafkaSettings:
    made = KafkaSettings(kafka_server.bootstrap, prefix=f"look{uuid4().hex[:8]}.")
    await create_topics(made, ["incidents", "feedback"], partitions=2)
    return made


async def publish(kafka: KafkaSettings) -> None:
    publisher = Publisher(kafka)
    await publisher.start()
    try:
        facts = [opened(f"r{one}", an_incident(f"INC-{one:06d}")) for one in range(1, COUNT + 1)]
        events = [Envelope(str(uuid4()), "/candor/tests", NINE, new_trace(), one) for one in facts]
        answers = await publisher.send(
            [
                Outgoing(kafka.topic("incidents"), one.key, headers_of(one), value_of(one.fact))
                for one in events
            ]
        )
        assert not any(answers)
    finally:
        await publisher.close()


async def test_everything_since_a_moment_is_read_once_up_to_what_is_there_now(kafka: KafkaSettings) -> None:
    before = datetime.now(UTC) - timedelta(seconds=5)
    await publish(kafka)
    names = [kafka.topic("incidents"), kafka.topic("feedback")]
    read = [one async for several in kafka_look.since(kafka, names, before) for one in several]
    assert sorted(one.envelope.subject for one in read if one.envelope) == [
        f"INC-{one:06d}" for one in range(1, COUNT + 1)
    ]
    later = datetime.now(UTC) + timedelta(hours=1)
    assert [one async for several in kafka_look.since(kafka, names, later) for one in several] == []


async def test_spans_and_last_records_are_those_of_every_partition(kafka: KafkaSettings) -> None:
    await publish(kafka)
    names = [kafka.topic("incidents"), kafka.topic("feedback")]
    spans = await kafka_look.spans(kafka, names)
    assert set(spans) == {Partition(name, number) for name in names for number in (0, 1)}
    assert sum(one.end - one.begin for one in spans.values()) == COUNT
    last = await kafka_look.last(kafka, kafka.topic("incidents"))
    assert {(one.partition, one.next_offset) for one in last} == {
        (place, span.end) for place, span in spans.items() if span.end
    }
    assert await kafka_look.last(kafka, kafka.topic("feedback")) == []


async def test_topics_are_described_as_they_are_kept_and_missing_ones_are_told(kafka: KafkaSettings) -> None:
    there, missing = kafka.topic("incidents"), kafka.topic("promises")
    found = await kafka_look.described(kafka, [there, missing])
    assert found[missing] is None
    topic = found[there]
    assert topic is not None
    assert (topic.partitions, topic.copies, topic.leaderless) == (2, 1, 0)
    assert topic.configuration.items() >= TOPICS["incidents"].configuration.items()
    assert await kafka_look.brokers(kafka) == 1
