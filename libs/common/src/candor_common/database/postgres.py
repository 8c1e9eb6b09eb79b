"""PostgreSQL: a whole transaction runs inside one `run_sync` of an asyncpg connection."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from candor_common import outbox
from candor_common.clock import Clock
from candor_common.database.postgres_connect import connector
from candor_common.database.transaction import OUTBOX, Bells, Transaction

T = TypeVar("T")


async def _to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Await work that must not be cut short: a cancelled statement gives a connection back in an unknown state."""
    task = asyncio.ensure_future(work)
    task.add_done_callback(_look_at_the_outcome)
    return await asyncio.shield(task)


def _look_at_the_outcome(task: asyncio.Task[Any]) -> None:
    """Nobody waits for work whose caller was cancelled; unread, its exception would be logged as forgotten."""
    if not task.cancelled():
        task.exception()


class PostgresDatabase:
    """A schema of a PostgreSQL server, reached by the role that owns it."""

    patience, patience_for_locks, patience_when_idle = 30.0, 10.0, 60.0
    """Seconds that a statement may take, may wait for others, and may be waited for."""

    def __init__(self, url: str, clock: Clock, *, pool_size: int = 6) -> None:
        self.clock = clock
        self.bells = Bells()
        self._url = url
        limits = self._limits(self.patience, self.patience_when_idle)
        self.engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=4,
            pool_timeout=10,
            pool_pre_ping=False,
            hide_parameters=True,
            async_creator=connector(url, timeout=5, command_timeout=self.patience, server_settings=limits),
        )

    def _limits(self, statement: float, idle: float) -> dict[str, str]:
        seconds = {
            "statement_timeout": statement,
            "lock_timeout": self.patience_for_locks,
            "idle_in_transaction_session_timeout": idle,
        }
        limits = {name: str(int(limit * 1000)) for name, limit in seconds.items()}
        return {**limits, "application_name": "candor"}

    async def transact(self, work: Callable[[Transaction], T]) -> T:
        result, bells = await _to_its_end(self._transact(self.engine, work))
        self.bells.ring(bells)
        return result

    async def alter(self, work: Callable[[Transaction], T]) -> T:
        """As `transact`, for work that takes as long as the tables are large, on a connection of its own: a limit would
        undo it and have it begun anew for ever."""
        connect = connector(self._url, timeout=5, server_settings=self._limits(0, 0))
        engine = create_async_engine(
            self._url, poolclass=NullPool, hide_parameters=True, async_creator=connect
        )
        result, bells = await _to_its_end(self._transact(engine, work))
        self.bells.ring(bells)
        return result

    async def _transact(self, engine: AsyncEngine, work: Callable[[Transaction], T]) -> tuple[T, set[str]]:
        async with engine.connect() as connection:
            return await connection.run_sync(self._run, work)

    def _run(self, connection: Connection, work: Callable[[Transaction], T]) -> tuple[T, set[str]]:
        with connection.begin():
            transaction = Transaction(connection, self.clock.now())
            result = work(transaction)
            # At the very end: rows of an incident are locked by now, so that positions in the outbox follow the
            # order in which transactions on it commit.
            outbox.append(connection, transaction.emitted)
        return result, transaction.bells | ({OUTBOX} if transaction.emitted else set())

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await _to_its_end(self._read(work))

    async def _read(self, work: Callable[[Connection], T]) -> T:
        async with self.engine.connect() as connection:
            return await connection.run_sync(work)

    async def close(self) -> None:
        await self.engine.dispose()
