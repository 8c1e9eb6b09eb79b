"""A database of one's own, once on SQLite and once on PostgreSQL, with the tables of the packages that a test names."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from candor_common.clock import ManualClock
from candor_common.database import Database, SqliteDatabase
from candor_common.database.postgres import PostgresDatabase
from candor_common.migrate import migrate
from tests.servers.postgres import PostgresAddress

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    """Monday, 2 March 2026, 09:00 UTC, until it is moved."""
    return ManualClock(START)


@pytest.fixture(params=["sqlite", "postgres"])
async def database(
    request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock
) -> AsyncIterator[Database]:
    """Migrated for candor_common and, with `@pytest.mark.packages("candor_triage")`, for others."""
    packages = [name for mark in request.node.iter_markers("packages") for name in mark.args]
    made, drop = await _make(request, tmp_path, clock)
    try:
        await migrate(made, ["candor_common", *packages])
        yield made
    finally:
        await made.close()
        if drop is not None:
            server: PostgresAddress = request.getfixturevalue("postgres_server")
            await server.drop_database(drop)


async def _make(
    request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock
) -> tuple[Database, str | None]:
    if request.param == "sqlite":
        return SqliteDatabase(tmp_path / "candor.db", clock), None
    server: PostgresAddress = request.getfixturevalue("postgres_server")
    name = f"test_{uuid4().hex[:12]}"
    url = await server.create_database(name)
    return PostgresDatabase(url.replace("postgresql://", "postgresql+asyncpg://", 1), clock), name
