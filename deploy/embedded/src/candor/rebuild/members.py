"""The databases of the five services, reached by one administrator who acts for each of them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import create_async_engine

from candor.backup.archive import BackupError
from candor.backup.stopped import check_stopped
from candor.services import SERVICES
from candor_common.clock import SystemClock
from candor_common.database.postgres import PostgresDatabase
from candor_common.database.postgres_connect import connector
from candor_common.provision import role_of
from candor_common.seat import Seat


@dataclass(frozen=True, slots=True)
class Member:
    """A service and its database; `topics` are the short names of those that it reads."""

    name: str
    topics: tuple[str, ...]
    database: PostgresDatabase


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Sequence[Member]]:
    """All five. Raises BackupError when one of them runs."""
    members = [Member(one.name, one.topics, _database(url, one.name)) for one in SERVICES]
    seats = [Seat(one.database.engine) for one in members]
    try:
        for member, seat in zip(members, seats, strict=True):
            await seat.open()
            # Whoever holds the seat of the relay runs; holding it ourselves keeps a service that starts from publishing.
            if not await seat.taken():
                raise BackupError(f"{member.name} runs; stop the services first")
        await check_stopped(url)
        yield members
    finally:
        for seat in seats:
            await seat.close()
        for one in members:
            await one.database.close()


def _database(url: str, service: str) -> PostgresDatabase:
    database = PostgresDatabase("postgresql+asyncpg://", SystemClock())
    role = role_of(service)
    database.engine = create_async_engine(
        "postgresql+asyncpg://",
        pool_size=2,
        hide_parameters=True,
        async_creator=connector(url, timeout=10, server_settings={"role": role, "search_path": role}),
    )
    return database
