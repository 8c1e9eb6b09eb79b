"""An intake whose database can be taken away and given back."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from candor_common.clock import ManualClock
from candor_common.database import Database, Transaction
from candor_common.database.postgres import PostgresDatabase
from candor_intake import service
from tests.plugins.served import Served, engine_of, served
from tests.plugins.wire import Wire


@dataclass(frozen=True, slots=True)
class Fragile:
    """An intake whose database can be taken away and given back."""

    intake: Served
    take_away: Callable[[], Awaitable[object]]
    give_back: Callable[[], Awaitable[object]]


@pytest.fixture
async def fragile(database: Database, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Fragile]:
    make = _on_a_wire if isinstance(database, PostgresDatabase) else _on_a_disk
    async with make(database, clock, tmp_path) as made:
        yield made


@asynccontextmanager
async def _on_a_wire(database: Database, clock: ManualClock, folder: Path) -> AsyncIterator[Fragile]:
    url = engine_of(database).url
    wire = Wire(url.host or "127.0.0.1", url.port or 5432)
    await wire.mend()
    through = PostgresDatabase(
        url.set(host="127.0.0.1", port=wire.port).render_as_string(hide_password=False), clock
    )
    try:
        async with served(service, through, clock, folder) as intake:
            yield Fragile(intake, wire.cut, wire.mend)
    finally:
        await through.close()
        await wire.cut()


@asynccontextmanager
async def _on_a_disk(database: Database, clock: ManualClock, folder: Path) -> AsyncIterator[Fragile]:
    async def limit(pages: int) -> None:
        def work(transaction: Transaction) -> None:
            transaction.connection.execute(sa.text(f"PRAGMA max_page_count = {pages}")).all()

        await database.transact(work)

    async with served(service, database, clock, folder) as intake:
        yield Fragile(intake, lambda: limit(1), lambda: limit(1_000_000))
