"""What other people see of our topics and our logs."""

import logging

from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event

from candor_common.kafka import KafkaSettings, RateLimit, create_topics, tail
from candor_common.wire import headers_of, value_of
from tests.contract.conftest import TOPIC, envelope, outgoing, publish


async def test_tail_ends_at_the_end(kafka: KafkaSettings) -> None:
    await publish(kafka, [outgoing(kafka, envelope("INC-1", 1)), outgoing(kafka, envelope("INC-1", 2))])
    seen = [one async for one in tail(kafka, [TOPIC], from_beginning=True, follow=False)]
    assert [one.offset for one in seen] == [0, 1]
    assert seen[0].topic == kafka.topic(TOPIC)
    assert [one async for one in tail(kafka, [TOPIC], follow=False)] == []


async def test_topics_that_exist_are_left_alone(kafka: KafkaSettings) -> None:
    await publish(kafka, [outgoing(kafka, envelope("INC-1", 1))])
    await create_topics(kafka, [TOPIC], partitions=7)
    assert len([one async for one in tail(kafka, [TOPIC], from_beginning=True, follow=False)]) == 1


def test_others_read_our_events_as_cloudevents() -> None:
    event = envelope("INC-1", 1)
    ours = {name: text.encode() for name, text in headers_of(event).items()}
    theirs = from_kafka_event(KafkaMessage(headers=ours, key=b"INC-1", value=value_of(event.fact)))
    assert theirs.get_id() == event.id
    assert theirs.get_type() == "candor.survey.invited.v1"
    assert theirs.get_source() == "/candor/feedback"
    assert theirs.get_subject() == "INC-1"
    assert theirs.get_time() == event.time
    assert theirs.get_datacontenttype() == "application/json"
    assert theirs.get_extension("sequence") == "1"
    assert theirs.get_data() == event.fact.model_dump(mode="json", exclude_none=True)


def test_a_message_is_logged_once_per_span_and_counted() -> None:
    now = 0.0
    limit = RateLimit(span=10.0, clock=lambda: now)
    records = [logging.LogRecord("aiokafka", 40, "", 1, "node %s away", (n,), None) for n in range(4)]
    assert [limit.filter(record) for record in records[:3]] == [True, False, False]
    now = 10.0
    assert limit.filter(records[3])
    assert records[3].getMessage() == "node 3 away (2 more like this)"
