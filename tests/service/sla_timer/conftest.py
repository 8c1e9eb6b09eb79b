"""One SLA timer on a real database, a clock moved by hand, and nothing that runs by itself."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from candor_common import outbox
from candor_common.charter import Charter, load_charter
from candor_common.clock import ManualClock
from candor_common.consumer import waves
from candor_common.database import Database, SqliteDatabase, Transaction
from candor_common.database.postgres import PostgresDatabase
from candor_common.events import Envelope, Fact, Promise
from candor_common.links import Signer
from candor_common.periodic import run_once
from candor_common.service import Context, Runtime
from candor_common.settings import Settings
from candor_common.watchdog import Watchdog
from candor_common.wire import decode
from candor_sla_timer import service, store
from candor_sla_timer.domain.changes import PromiseFact


class Timer:
    """The SLA timer, as its tests drive it: events in and the clock on, facts and rows out."""

    def __init__(self, database: Database, clock: ManualClock, folder: Path) -> None:
        self.database = database
        self.clock = clock
        self.start = clock.now()
        context = Context(load_charter(), Settings(data_dir=folder), Signer("k" * 32))
        self.runtime = Runtime(database, clock, context, Watchdog(clock), 0.0)

    def set(self, minute: float) -> None:
        """Move the clock to a minute after the start."""
        self.clock.set(self.start + timedelta(minutes=minute))

    def use(self, charter: Charter) -> None:
        """From now on go by another charter."""
        context = replace(self.runtime.context, charter=charter)
        self.runtime = replace(self.runtime, context=context)

    async def receive(self, *heard: Envelope[Fact]) -> None:
        """Apply events in one round, as the consumer does."""

        def work(transaction: Transaction) -> None:
            for wave in waves(heard, service.subscriptions):
                for handler, its_events in wave:
                    handler(transaction, its_events, self.runtime.context)

        await self.database.transact(work)

    async def tick(self) -> float | None:
        """Let the scheduler look once; returns when it wants to come back, in minutes after the start."""
        [scheduler] = service.periodics
        due = await run_once(scheduler, self.runtime)
        return None if due is None else (due - self.start) / timedelta(minutes=1)

    async def told(self) -> list[PromiseFact]:
        """All facts emitted so far, in their order."""
        rows = await self.database.read(_outbox)
        facts = []
        for row in rows:
            envelope = decode(outbox.headers_of_row(row), row["value"])
            assert envelope is not None
            facts.append(envelope.fact)
        return facts  # type: ignore[return-value]

    async def traces(self) -> list[str]:
        return [row["traceparent"] for row in await self.database.read(_outbox)]

    async def promises(self) -> list[Promise]:
        return await self.database.read(lambda connection: store.find(connection, store.Wanted(limit=200)))


def _outbox(connection: sa.Connection) -> Sequence[sa.RowMapping]:
    return connection.execute(sa.select(outbox.outbox).order_by(outbox.outbox.c.position)).mappings().all()


@pytest.fixture
def timer(database: Database, clock: ManualClock, tmp_path: Path) -> Timer:
    return Timer(database, clock, tmp_path)


Replica = Callable[[], Timer]


@pytest.fixture
async def replica(timer: Timer, tmp_path: Path) -> AsyncIterator[Replica]:
    """Makes further processes of the service over the same PostgreSQL database; SQLite has only one."""
    async with AsyncExitStack() as stack:

        def another() -> Timer:
            assert isinstance(timer.database, PostgresDatabase)
            url = timer.database.engine.url.render_as_string(hide_password=False)
            database = PostgresDatabase(url, timer.clock)
            stack.push_async_callback(database.close)
            made = Timer(database, timer.clock, tmp_path)
            made.start = timer.start
            return made

        yield another


class Statements:
    """The statements that a database was sent, but for those that begin and end transactions."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.split(maxsplit=1)[0] in {"SELECT", "INSERT", "UPDATE", "DELETE"}:
            self.seen.append(statement)


@pytest.fixture
def statements(database: Database) -> Statements:
    assert isinstance(database, PostgresDatabase | SqliteDatabase)
    engine = database.engine
    made = Statements()
    target = engine if isinstance(engine, sa.Engine) else engine.sync_engine
    sa.event.listen(target, "before_cursor_execute", made)
    return made
