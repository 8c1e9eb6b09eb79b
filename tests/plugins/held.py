"""Commits that wait: everything is written, and nothing is on the disk yet."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from threading import Event

import asyncpg
import sqlalchemy as sa

from candor_common.database import Database
from candor_common.database.postgres import PostgresDatabase
from tests.plugins.served import engine_of

LOCK = 20_260_302
LONGEST = 20.0
"""Seconds after which a commit goes on by itself, so that a failed test ends."""
_TRIGGER = f"""
CREATE FUNCTION wait_for_the_test() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock_shared({LOCK}); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER held AFTER INSERT ON outbox
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_for_the_test();
"""


async def until(happened: Callable[[], Awaitable[bool]]) -> None:
    """Let everybody else go on until something has happened."""
    async with asyncio.timeout(LONGEST):
        for _ in count():
            if await happened():
                return
            await asyncio.sleep(0)


@asynccontextmanager
async def held_commits(database: Database) -> AsyncIterator[asyncio.Event]:
    """Commits of events wait until the event is set, or the block is left."""
    hold = _on_postgres if isinstance(database, PostgresDatabase) else _on_sqlite
    async with hold(database) as release:
        try:
            yield release
        finally:
            release.set()


@asynccontextmanager
async def _on_sqlite(database: Database) -> AsyncIterator[asyncio.Event]:
    release, released = asyncio.Event(), Event()

    def wait(_connection: sa.Connection) -> None:
        released.wait(LONGEST)

    async def pass_on() -> None:
        await release.wait()
        released.set()

    sa.event.listen(engine_of(database), "commit", wait)
    passing = asyncio.create_task(pass_on())
    try:
        yield release
    finally:
        # The listener stays: taking it away would disturb a commit that is under way.
        await passing


@asynccontextmanager
async def _on_postgres(database: Database) -> AsyncIterator[asyncio.Event]:
    release = asyncio.Event()
    url = engine_of(database).url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(url)
    await connection.execute(_TRIGGER)
    await connection.execute(f"SELECT pg_advisory_lock({LOCK})")

    async def pass_on() -> None:
        await release.wait()
        await connection.execute(f"SELECT pg_advisory_unlock({LOCK})")

    passing = asyncio.create_task(pass_on())
    try:
        yield release
    finally:
        await passing
        await connection.close()
