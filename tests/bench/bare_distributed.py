"""One process of the bare way over Kafka and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer

from tests.bench.bare_accept import GroupCommit
from tests.bench.bare_http import Accept, must_live
from tests.bench.bare_kafka import (
    Relay,
    Rest,
    Rounds,
    SeekToPositions,
    drop_topics,
    ensure_topics,
    relaying,
)
from tests.bench.bare_mail import BUILDERS, Mailer
from tests.bench.bare_model import Slice, Stage
from tests.bench.bare_postgres import SENT, Connection, apply, connect, open_schema, unsent
from tests.bench.bare_stages import STAGES


class Settings(NamedTuple):
    """Where things are, and the variant that runs."""

    database: str
    kafka: str
    prefix: str
    smtp_port: int = 2525
    connections: int = 16
    mail: str = "modern"
    rest: Rest = Rest()

    def schema(self, service: str) -> str:
        """The schema of one service in this run."""
        return f"{self.prefix}{service}"


@asynccontextmanager
async def intake(settings: Settings) -> AsyncIterator[Accept]:
    """Group commit, then the relay."""
    async with AsyncExitStack() as stack:
        connection = await _ready(settings, "intake", stack)
        relay = await _relay(settings, "intake", stack)
        commits = GroupCommit(connection, relay.wake)
        stack.callback(must_live(commits.run()).cancel)
        yield commits.accept


async def consume(settings: Settings, stage: Stage) -> None:
    """Run one consuming service until the process is ended."""
    async with AsyncExitStack() as stack:
        connection = await _ready(settings, stage.name, stack)
        relay = await _relay(settings, stage.name, stack)
        mailer = await _mailer(settings, stage.name, stack) if stage.name == "notifier" else None

        async def handle(slices: list[Slice]) -> None:
            effects = await apply(connection, stage, slices)
            if effects.events:
                relay.wake()
            if mailer is not None:
                mailer.post(effects.messages)

        rounds = await _rounds(settings, stage, connection, stack)
        tasks = [must_live(rounds.read()), must_live(rounds.work(handle))]
        print("ready", flush=True)
        await asyncio.gather(*tasks)


async def forget(settings: Settings) -> None:
    """Remove what a run left in the database and the broker."""
    await drop_topics(settings.kafka, settings.prefix)
    for service in ("intake", *STAGES):
        connection = await connect(settings.database, "public")
        await connection.execute(f'DROP SCHEMA IF EXISTS "{settings.schema(service)}" CASCADE')
        await connection.close()


async def _ready(settings: Settings, service: str, stack: AsyncExitStack) -> Connection:
    await ensure_topics(settings.kafka, settings.prefix)
    connection = await open_schema(settings.database, settings.schema(service))
    stack.push_async_callback(connection.close)
    return connection


async def _relay(settings: Settings, service: str, stack: AsyncExitStack) -> Relay:
    schema = settings.schema(service)
    return await stack.enter_async_context(
        relaying(settings.database, schema, settings.kafka, settings.prefix, settings.rest)
    )


async def _mailer(settings: Settings, service: str, stack: AsyncExitStack) -> Mailer:
    connection = await connect(settings.database, settings.schema(service))
    stack.push_async_callback(connection.close)

    async def mark_sent(ids: list[str]) -> None:
        await connection.execute(SENT, ids)

    mailer = Mailer(settings.smtp_port, BUILDERS[settings.mail], mark_sent)
    mailer.post(await unsent(connection))
    for task in mailer.start(settings.connections):
        stack.callback(task.cancel)
    return mailer


async def _rounds(settings: Settings, stage: Stage, connection: Connection, stack: AsyncExitStack) -> Rounds:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka,
        group_id=settings.schema(stage.name),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=500,
    )
    topics = [settings.prefix + topic for topic in stage.topics]
    consumer.subscribe(topics, listener=SeekToPositions(consumer, connection, settings.prefix))
    await consumer.start()
    stack.push_async_callback(consumer.stop)
    return Rounds(consumer, settings.prefix, settings.rest)
