"""Events that no broker will ever take."""

from uuid import uuid4

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from sqlalchemy import Connection

from candor_common import positions
from candor_common.database.postgres import PostgresDatabase
from candor_common.kafka import KafkaSettings, create_topics
from tests.contract.conftest import TOPIC, fact
from tests.contract.test_relay import all_marked, emit, ids, running, until
from tests.servers.kafka import KafkaAddress


async def test_an_event_too_large_for_any_broker_is_set_aside(
    database: PostgresDatabase, kafka: KafkaSettings
) -> None:
    huge = fact("INC-1", 1, comment="x" * 1_100_000)
    refused = await database.transact(lambda transaction: transaction.emit(huge).id)
    [after] = await emit(database, ("INC-1", 2))
    async with running(database, kafka):
        await until(lambda: all_marked(database))
    assert await ids(kafka) == [after]
    assert await _set_aside(database) == [refused]


async def test_an_event_that_the_broker_refuses_is_set_aside_and_order_kept(
    database: PostgresDatabase, kafka_server: KafkaAddress
) -> None:
    kafka = KafkaSettings(kafka_server.bootstrap, prefix=f"test-{uuid4().hex[:12]}.")
    await _create_narrow_topic(kafka)
    before = await emit(database, ("INC-1", 1), ("INC-2", 2))
    refused = await database.transact(
        lambda transaction: transaction.emit(fact("INC-1", 3, comment="x" * 5000)).id
    )
    after = await emit(database, ("INC-1", 4), ("INC-2", 5))
    async with running(database, kafka):
        await until(lambda: all_marked(database))
    assert await _set_aside(database) == [refused]
    first_seen = list(dict.fromkeys(await ids(kafka)))  # a batch may be sent again around the refusal
    assert first_seen == [*before, *after]


async def _set_aside(database: PostgresDatabase) -> list[str]:
    def work(connection: Connection) -> list[str]:
        return [row["headers"]["ce_id"] for row in positions.parked(connection, "relay")]

    return await database.read(work)


async def _create_narrow_topic(kafka: KafkaSettings) -> None:
    """A topic whose operator allows records of two kilobytes."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    await admin.create_topics(
        [NewTopic(kafka.topic(TOPIC), 1, 1, topic_configs={"max.message.bytes": "2000"})]
    )
    await admin.close()
    await create_topics(kafka, [TOPIC])
