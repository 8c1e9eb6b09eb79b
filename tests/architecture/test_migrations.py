"""The migrations make exactly the tables that the code knows, on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.sql.schema import SchemaItem

from candor.services import SERVICES
from candor_common import columns, leases, log_levels, outbox, positions
from candor_common.clock import SystemClock
from candor_common.database import Database, SqliteDatabase
from candor_common.database.postgres import PostgresDatabase
from candor_common.migrate import migrate, version_table
from candor_feedback import store as feedback
from candor_intake import store as intake
from candor_notifier import store as notifier
from candor_sla_timer import store as sla_timer
from candor_triage import store as triage
from tests.servers.postgres import PostgresAddress

PACKAGES = ["candor_common", *(service.package for service in SERVICES)]
VERSIONS = {version_table(package) for package in PACKAGES}
SHARED = (outbox.outbox, positions.consumer_position, leases.lease, log_levels.log_level)
POSTGRES_ONLY = {"outbox_unpublished"}
"""The embedded log needs no index of what was not published."""
STORES = (intake, triage, sla_timer, notifier, feedback)


@pytest.fixture(params=["sqlite", "postgres"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """An empty one of each kind."""
    if request.param == "sqlite":
        opened: Database = SqliteDatabase(tmp_path / "candor.db", SystemClock())
        yield opened
        await opened.close()
        return
    server: PostgresAddress = request.getfixturevalue("postgres_server")
    name = f"migrations_{uuid4().hex[:12]}"
    url = await server.create_database(name)
    opened = PostgresDatabase(url.replace("postgresql://", "postgresql+asyncpg://", 1), SystemClock())
    yield opened
    await opened.close()
    await server.drop_database(name)


def _differences(connection: Connection) -> list[object]:
    def ours(item: SchemaItem, name: str | None, kind: str, _reflected: bool, _to: SchemaItem | None) -> bool:
        elsewhere = connection.dialect.name != "postgresql" and name in POSTGRES_ONLY
        return not (kind == "table" and name in VERSIONS) and not elsewhere

    known: Any = [columns.metadata, *(store.metadata for store in STORES)]
    context = MigrationContext.configure(
        connection, opts={"target_metadata": known, "include_object": ours, "compare_server_default": True}
    )
    return list(compare_metadata(context, known))


async def test_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    assert all(table.metadata is columns.metadata for table in SHARED)
    await migrate(database, PACKAGES)
    assert await database.read(_differences) == []


async def test_migrating_again_changes_nothing(database: Database) -> None:
    await migrate(database, PACKAGES)
    before = await database.read(_tables)
    await migrate(database, PACKAGES)
    assert await database.read(_tables) == before


def _tables(connection: Connection) -> dict[str, list[str]]:
    inspector = sa.inspect(connection)
    return {
        name: [str(one["name"]) for one in inspector.get_columns(name)]
        for name in inspector.get_table_names()
    }
