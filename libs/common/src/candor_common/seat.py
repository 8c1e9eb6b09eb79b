"""The seat of the relay: one connection to PostgreSQL, whose lock says which of several replicas publishes."""

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from candor_common.kafka_client import within

P = ParamSpec("P")
T = TypeVar("T")

# Both are named after the schema: the services of one installation may share a database.
_TAKE = sa.text("SELECT pg_try_advisory_lock(hashtextextended('candor relay ' || current_schema(), 0))")
_CHANNEL = sa.text("SELECT 'candor outbox ' || current_schema()")
# A lost mark is one more copy, which readers drop, so marks need not wait for the disk. The keepalives free the seat of
# a machine that is gone without a word; the server's own may take hours.
_PREPARE = sa.text(
    "SELECT set_config('synchronous_commit', 'off', false), set_config('tcp_keepalives_idle', '10', false),"
    " set_config('tcp_keepalives_interval', '5', false), set_config('tcp_keepalives_count', '3', false)"
)
_RING = sa.text("SELECT pg_notify('candor outbox ' || current_schema(), '')")


class Seat:
    """A connection of its own that stays open, outside of transactions."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None

    @property
    def _open(self) -> AsyncConnection:
        if self._connection is None:
            raise ConnectionError("the seat is not open")
        return self._connection

    async def open(self) -> None:
        connection = await self._engine.connect()
        self._connection = connection
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(_PREPARE)

    async def taken(self) -> bool:
        """Try to take the seat; it stays taken as long as the connection lives."""
        return bool(await self._open.scalar(_TAKE))

    async def listen(self, ring: Callable[[], object]) -> None:
        """Be called whenever another replica rings."""
        channel = str(await self._open.scalar(_CHANNEL))
        driver: Any = (await self._open.get_raw_connection()).driver_connection
        await driver.add_listener(channel, lambda *_: ring())

    async def ring(self) -> None:
        """Tell the replica that has the seat that events were committed."""
        await self._open.execute(_RING)

    async def read(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a function over this connection; each of its statements is committed at once."""
        return await self._open.run_sync(work, *args, **kwargs)

    async def close(self) -> None:
        """Close the connection rather than give it back to the pool, lock and all."""
        if self._connection is not None:
            await within(0.8, self._connection.invalidate())
            await within(0.2, self._connection.close())
