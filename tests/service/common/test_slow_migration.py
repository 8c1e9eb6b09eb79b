"""A migration takes as long as the tables are large: nothing breaks it off, and replicas that wait for it say so."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from candor_common.clock import SystemClock
from candor_common.database.postgres import PostgresDatabase
from candor_common.migrate import migrate
from tests.servers.postgres import PostgresAddress

PACKAGE = "candor_slow_for_a_test"
SLOW = "SELECT pg_sleep(1.5)"
MIGRATION = f"""
from alembic import op

revision, down_revision, branch_labels, depends_on = "0001", None, None, None


def upgrade() -> None:
    op.execute("{SLOW}")
    op.execute("CREATE TABLE grown (id int)")
"""


class Hasty(PostgresDatabase):
    patience, patience_for_locks, patience_when_idle = 0.3, 0.3, 0.3


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    versions = tmp_path / PACKAGE / "migrations" / "versions"
    versions.mkdir(parents=True)
    (tmp_path / PACKAGE / "__init__.py").touch()
    (versions / "0001_grown.py").write_text(MIGRATION)
    monkeypatch.syspath_prepend(tmp_path)
    return PACKAGE


@pytest.fixture
async def database(postgres_server: PostgresAddress) -> AsyncIterator[PostgresDatabase]:
    name = f"slow_{uuid4().hex[:12]}"
    url = await postgres_server.create_database(name)
    opened = Hasty(url.replace("postgresql://", "postgresql+asyncpg://", 1), SystemClock())
    yield opened
    await opened.close()
    await postgres_server.drop_database(name)


async def test_a_migration_may_take_longer_than_any_other_work(
    database: PostgresDatabase, package: str
) -> None:
    with pytest.raises((DBAPIError, TimeoutError)):
        await database.transact(lambda transaction: transaction.connection.execute(sa.text(SLOW)))
    with capture_logs() as said:
        async with asyncio.timeout(20):
            await asyncio.gather(*(migrate(database, [package]) for _ in range(3)))
    found = await database.read(lambda connection: connection.scalar(sa.text("SELECT count(*) FROM grown")))
    assert found == 0
    events = [one["event"] for one in said]
    assert events.count("migrating") == 1
    assert "migration_waits" in events
    assert "database_away" not in events
