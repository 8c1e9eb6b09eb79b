"""Who may write which topic."""

from candor_common.events import CATALOGUE
from candor_common.kafka_client import KafkaSettings
from candor_common.kafka_rights import Match, Operation, Resource, service_rights, subscriber_rights
from candor_common.provision import SERVICES
from candor_common.topics import TOPICS

BROKERS = KafkaSettings("kafka.test:9092")


def test_a_service_may_write_what_it_emits_and_nothing_else() -> None:
    for fact in CATALOGUE:
        writers = [
            right.user
            for name in SERVICES
            for right in service_rights(name, BROKERS)
            if right.operation is Operation.WRITE and right.name == BROKERS.topic(fact.topic)
        ]
        assert writers == [fact.emitter]


def test_every_topic_has_a_writer() -> None:
    rights = [right for name in SERVICES for right in service_rights(name, BROKERS)]
    written = {right.name for right in rights if right.operation is Operation.WRITE}
    assert written == {BROKERS.topic(topic) for topic in TOPICS}


def test_nobody_writes_by_prefix() -> None:
    rights = [right for name in SERVICES for right in service_rights(name, BROKERS)]
    assert {right.match for right in rights if right.operation is Operation.WRITE} == {Match.EXACTLY}


def test_a_subscriber_may_read_and_nothing_else() -> None:
    rights = subscriber_rights("reader", BROKERS)
    assert {right.operation for right in rights} == {Operation.READ}
    assert {(right.resource, right.name) for right in rights} == {
        (Resource.TOPIC, "candor."),
        (Resource.GROUP, "reader."),
    }
