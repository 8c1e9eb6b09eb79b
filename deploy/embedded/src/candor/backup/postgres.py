"""The database of the distributed mode: five schemas in one snapshot, by COPY, so that no program of PostgreSQL's own
is needed and a backup fits every version of the server."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from candor.backup import references
from candor.backup.archive import BackupError, Manifest, Wish
from candor.backup.stopped import check_stopped
from candor.services import SERVICES
from candor_common.database.postgres_connect import connector
from candor_common.migrate import revision_of, upgrade, version_table
from candor_common.provision import role_of
from candor_common.service import Service

TABLES = "tables"
_SNAPSHOT = sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
_THERE = sa.text("SELECT 1 FROM information_schema.schemata WHERE schema_name = :schema")
_COLUMNS = sa.text(
    "SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t"
    " USING (table_schema, table_name) WHERE table_schema = :schema AND t.table_type = 'BASE TABLE'"
    " ORDER BY c.table_name, c.ordinal_position"
)
_STOPPED = sa.text(
    "SELECT pg_try_advisory_xact_lock(hashtextextended('candor relay ' || current_schema(), 0))"
)
_SERIAL = sa.text("SELECT pg_get_serial_sequence(:table, :column)")
_PASSING = {"consumer_position", "lease", "log_level", "processed_event"}
"""What a database has that was started and never used."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What was written, by table with its schema."""

    revisions: dict[str, str]
    rows: dict[str, int]
    columns: dict[str, list[str]]


@asynccontextmanager
async def administered(url: str) -> AsyncIterator[AsyncConnection]:
    """A transaction of an administrator, who may act for every service."""
    try:
        connect = connector(url, timeout=10)
    except sa.exc.ArgumentError:
        raise BackupError(
            "CANDOR_ADMIN_DATABASE_URL is no URL; write @ : / in a password as %40 %3A %2F"
        ) from None
    engine = create_async_engine("postgresql+asyncpg://", hide_parameters=True, async_creator=connect)
    try:
        async with engine.connect() as connection, connection.begin():
            yield connection
    finally:
        await engine.dispose()


async def act_for(connection: AsyncConnection, service: str) -> None:
    """Be the role of a service, in its schema, until the transaction ends. Raises BackupError when it is missing."""
    await connection.execute(sa.text("SET LOCAL ROLE NONE"))
    if await connection.scalar(_THERE, {"schema": role_of(service)}) is None:
        raise BackupError(f"there is no schema {role_of(service)}; run `candor database provision` first")
    await connection.execute(sa.text(f"SET LOCAL ROLE {role_of(service)}"))
    await connection.execute(sa.text(f"SET LOCAL search_path = {role_of(service)}"))


async def copy(url: str, draft: Path) -> Copied:
    """Write every table of every service into a folder, all as they stood at one moment."""
    copied = Copied({}, {}, {})
    async with administered(url) as connection:
        await connection.execute(_SNAPSHOT)
        for service in SERVICES:
            await act_for(connection, service.name)
            await _copy_schema(connection, service, draft, copied)
    return copied


async def _copy_schema(connection: AsyncConnection, service: Service, draft: Path, copied: Copied) -> None:
    schema, driver = role_of(service.name), await _driver(connection)
    for package in ("candor_common", service.package):
        if revision := await connection.run_sync(partial(revision_of, package=package)):
            copied.revisions[_revision_key(service, package)] = revision
    for table, columns in (await _tables(connection, service)).items():
        target = draft / TABLES / schema / table
        target.parent.mkdir(parents=True, exist_ok=True)
        said = await driver.copy_from_table(table, schema_name=schema, columns=columns, output=target)
        copied.rows[f"{schema}.{table}"] = int(said.removeprefix("COPY "))
        copied.columns[f"{schema}.{table}"] = columns


def _revision_key(service: Service, package: str) -> str:
    """The shared tables stand in every schema, and each may have its own revision."""
    return package if package == service.package else f"{package}@{service.name}"


def package_of(key: str) -> str:
    return key.partition("@")[0]


async def _tables(connection: AsyncConnection, service: Service) -> dict[str, list[str]]:
    versions = {version_table(one) for one in ("candor_common", service.package)}
    found: dict[str, list[str]] = {}
    for table, column in await connection.execute(_COLUMNS, {"schema": role_of(service.name)}):
        if table not in versions:
            found.setdefault(table, []).append(column)
    return found


async def _driver(connection: AsyncConnection) -> Any:
    return (await connection.get_raw_connection()).driver_connection


async def load(url: str, folder: Path, manifest: Manifest, wish: Wish) -> int:
    """Put every table back, check the rows, bring the tables up to date and leave references out: all of it, or
    nothing. Returns the number of the next reference."""
    number = 1
    async with administered(url) as connection:
        await _check_stopped(connection, url)
        for service in SERVICES:
            await act_for(connection, service.name)
            await _make_room(connection, service, replace=wish.replace)
            for package in ("candor_common", service.package):
                await _migrate(connection, package, manifest.revisions[_revision_key(service, package)])
            await _load_schema(connection, service, folder, manifest)
            for package in ("candor_common", service.package):
                await _migrate(connection, package, "head")
            if service.name == "intake":
                gone = references.since(manifest.taken_at, wish.now)
                number = await connection.run_sync(references.skip, gone, wish.skip)
    return number


async def _check_stopped(connection: AsyncConnection, url: str) -> None:
    """Raises BackupError when a service runs. Until the transaction ends none that starts gets the seat of its relay."""
    for service in SERVICES:
        await act_for(connection, service.name)
        if not await connection.scalar(_STOPPED):
            raise BackupError(f"{service.name} runs; stop the services first")
    await check_stopped(url)


async def _make_room(connection: AsyncConnection, service: Service, *, replace: bool) -> None:
    """Raises BackupError when there is something that nobody said to replace."""
    schema = role_of(service.name)
    tables = await _tables(connection, service)
    for table in tables.keys() - _PASSING:
        if not replace and await connection.scalar(sa.text(f'SELECT 1 FROM "{table}" LIMIT 1')):
            raise BackupError(f"{schema}.{table} is not empty; say --replace to throw away what is there")
    versions = [version_table(one) for one in ("candor_common", service.package)]
    for table in [*tables, *versions]:
        await connection.execute(sa.text(f'DROP TABLE IF EXISTS "{table}" CASCADE'))


async def _migrate(connection: AsyncConnection, package: str, to: str) -> None:
    def run(synchronous: Connection) -> None:
        upgrade(synchronous, package, to)

    await connection.run_sync(run)


async def _load_schema(
    connection: AsyncConnection, service: Service, folder: Path, manifest: Manifest
) -> None:
    schema, driver = role_of(service.name), await _driver(connection)
    for name, columns in manifest.columns.items():
        of, _, table = name.partition(".")
        if of != schema:
            continue
        source = folder / TABLES / schema / table
        await driver.copy_to_table(table, schema_name=schema, columns=columns, source=source)
        count = await connection.scalar(sa.text(f'SELECT count(*) FROM "{table}"'))
        if count != manifest.rows[name]:
            raise BackupError(f"{name} has {count} rows instead of {manifest.rows[name]}; use another backup")
        await _follow_on(connection, schema, table, columns)


async def _follow_on(connection: AsyncConnection, schema: str, table: str, columns: Sequence[str]) -> None:
    """Let the numbers that the database gives out go on behind those that are there."""
    for column in columns:
        if await connection.scalar(_SERIAL, {"table": f"{schema}.{table}", "column": column}):
            highest = f'(SELECT coalesce(max("{column}"), 0) + 1 FROM "{table}")'
            await connection.execute(
                sa.text(f"SELECT setval(pg_get_serial_sequence(:table, :column), {highest}, false)"),
                {"table": f"{schema}.{table}", "column": column},
            )
