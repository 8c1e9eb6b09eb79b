"""The real servers that other tests stand on: they start, die, come back and still have their data."""

from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.servers.kafka import KafkaAddress, KafkaServer
from tests.servers.postgres import PostgresAddress, PostgresServer


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[KafkaServer]:
    server = KafkaServer(tmp_path / "kafka")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[PostgresServer]:
    server = PostgresServer(tmp_path / "postgres")
    server.start()
    yield server
    if server.controllable:
        server.kill()


async def test_kafka_keeps_what_it_acknowledged_when_it_is_killed(kafka: KafkaServer) -> None:
    await make_topic(kafka.address, "kept")
    await send(kafka.address, "kept", b"before")
    kafka.kill()
    kafka.start()
    await send(kafka.address, "kept", b"after")
    kafka.restart()
    assert await read(kafka.address, "kept", 2) == [b"before", b"after"]


async def test_kafka_carries_on_after_a_pause(kafka: KafkaServer) -> None:
    await make_topic(kafka.address, "paused")
    kafka.pause()
    kafka.resume()
    await send(kafka.address, "paused", b"still here")
    assert await read(kafka.address, "paused", 1) == [b"still here"]


async def test_postgres_keeps_what_it_committed_when_it_is_killed(postgres: PostgresServer) -> None:
    kept = await postgres.create_database("kept")
    await run(kept, "CREATE TABLE word (said text)")
    await run(kept, "INSERT INTO word VALUES ('before')")
    if postgres.controllable:
        postgres.kill()
        postgres.start()
        postgres.pause()
        postgres.resume()
        postgres.restart()
    assert await run(kept, "SELECT said FROM word") == "before"


async def test_the_servers_of_the_run_answer(
    kafka_server: KafkaAddress, postgres_server: PostgresAddress
) -> None:
    await make_topic(kafka_server, "smoke")
    await send(kafka_server, "smoke", b"hello")
    assert await read(kafka_server, "smoke", 1) == [b"hello"]
    smoke = await postgres_server.create_database("smoke")
    assert await run(smoke, "SELECT 'hello'") == "hello"
    await postgres_server.drop_database("smoke")


async def make_topic(address: KafkaAddress, name: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=address.bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()


async def send(address: KafkaAddress, topic: str, value: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=address.bootstrap, enable_idempotence=True) as producer:
        await producer.send_and_wait(topic, value)


async def read(address: KafkaAddress, topic: str, count: int) -> list[bytes | None]:
    async with AIOKafkaConsumer(bootstrap_servers=address.bootstrap) as consumer:
        consumer.assign([TopicPartition(topic, 0)])
        await consumer.seek_to_beginning()
        return [(await consumer.getone()).value for _ in range(count)]


async def run(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()
