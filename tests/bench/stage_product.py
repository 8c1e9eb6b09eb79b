"""One consumer stage of the product, alone: its handlers through `Consumer.process`, and what it tells the database."""

import importlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from fastapi import APIRouter

from candor_common import positions
from candor_common.charter import load_charter
from candor_common.clock import SystemClock
from candor_common.consumer import Consumer
from candor_common.database import Database, SqliteDatabase
from candor_common.database.postgres import PostgresDatabase
from candor_common.events import Emitter, Envelope, Fact
from candor_common.feed import Batch, Partition, Positions, Record
from candor_common.links import Signer
from candor_common.migrate import migrate
from candor_common.service import Context, Runtime, Service
from candor_common.settings import Settings
from candor_common.watchdog import Watchdog
from tests.bench.bare_stage import CLEARED, TABLES, Round, Statement
from tests.bench.stage_events import STREAMS

CONTROL = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")


class Batches:
    """A feed that hands out prepared batches: one strand as in the embedded log, or the four of a topic."""

    rest_factor = 0.0

    def __init__(self, events: Iterator[Envelope[Fact]], *, embedded: bool) -> None:
        self.repeats = not embedded
        self._events = events
        self.partitions = [Partition("bench", number) for number in range(1 if embedded else 4)]
        self._next = dict.fromkeys(self.partitions, 0)

    def prepare(self, size: int) -> Batch:
        """The next events, sorted into partitions by their key."""
        batch: dict[Partition, list[Record]] = {}
        for event in islice(self._events, size):
            partition = self.partitions[hash(event.key) % len(self.partitions)]
            offset = self._next[partition]
            self._next[partition] += 1
            batch.setdefault(partition, []).append(Record(partition, offset, {}, None, event))
        return batch

    async def start(self, positions: Positions) -> None:
        await positions(self.partitions)

    async def read(self) -> Batch:
        raise NotImplementedError("the bench calls `process` itself")

    async def seek(self, positions: Mapping[Partition, int]) -> None:
        raise AssertionError(f"fenced at {positions}, though nobody else is there")

    def silence(self) -> float:
        return 0.0

    def assigned(self) -> bool:
        return True

    def idle(self) -> bool:
        return True

    def lag(self) -> int:
        return 0

    async def stop(self) -> None: ...


class ProductStage:
    """A consumer over a database of its own."""

    def __init__(
        self, database: PostgresDatabase | SqliteDatabase, consumer: Consumer, feed: Batches
    ) -> None:
        self.database = database
        self._consumer = consumer
        self._feed = feed
        self.prepare = feed.prepare
        self.process = consumer.process

    async def record(self, batch: Batch) -> Round:
        """Apply a batch and note every statement that it takes."""
        engine = self.database.engine
        with _listening(engine if isinstance(engine, sa.Engine) else engine.sync_engine) as heard:
            await self.process(batch)
        return heard

    async def clear(self) -> None:
        """Empty all tables but positions and versions."""
        statements = [sa.text(one) for one in await self.database.read(_clearing)]
        await self.database.transact(lambda transaction: _execute(transaction.connection, statements))

    async def check(self) -> None:
        """Raises when an event was parked: then the figures are not those of the handlers."""
        if parked := await self.database.read(lambda c: positions.parked(c, self._consumer.name, limit=1)):
            raise AssertionError(f"an event was parked: {parked[0]['reason']}")


@asynccontextmanager
async def opened(stage: str, where: str) -> AsyncIterator[ProductStage]:
    """The stage on a PostgreSQL URL or in a new SQLite file."""
    database = await migrated(stage, where)
    settings = Settings(data_dir=Path("bench-data"))
    clock = SystemClock()
    context = Context(load_charter(None), settings, Signer("bench-" * 8, clock))
    runtime = Runtime(database, clock, context, Watchdog(clock), 0.0)
    feed = Batches(STREAMS[stage](), embedded=isinstance(database, SqliteDatabase))
    consumer = Consumer(_service(stage), runtime, feed)
    await consumer.start()
    try:
        yield ProductStage(database, consumer, feed)
    finally:
        await database.close()


async def migrated(stage: str, where: str) -> PostgresDatabase | SqliteDatabase:
    """A database with the tables of the stage and its positions."""
    clock = SystemClock()
    database: PostgresDatabase | SqliteDatabase
    if where.startswith("postgresql"):
        database = PostgresDatabase(where.replace("postgresql://", "postgresql+asyncpg://"), clock)
    else:
        database = SqliteDatabase(Path(where), clock)
    await migrate(cast("Database", database), ["candor_common", _package(stage)])
    return database


def _package(stage: str) -> str:
    return f"candor_{stage.replace('-', '_')}"


def _service(stage: str) -> Service:
    handlers = importlib.import_module(f"{_package(stage)}.handlers")
    return Service(cast("Emitter", stage), APIRouter(), handlers.subscriptions)


@contextmanager
def _listening(engine: sa.Engine) -> Iterator[Round]:
    heard: Round = []

    def note(_c: Any, _cursor: Any, sql: str, values: Any, _context: Any, many: bool) -> None:
        if not sql.startswith(CONTROL):
            heard.append(Statement(sql, [tuple(one) for one in values] if many else [tuple(values)], many))

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield heard
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def _clearing(connection: sa.Connection) -> list[str]:
    found = connection.scalars(sa.text(TABLES[connection.dialect.name]))
    return CLEARED[connection.dialect.name](list(found))


def _execute(connection: sa.Connection, statements: Sequence[sa.TextClause]) -> None:
    for statement in statements:
        connection.execute(statement)
