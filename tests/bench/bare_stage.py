"""A consumer stage without the product: the very statements that it makes, with the same rows, in the raw drivers.

The statements were recorded from the product (see `stage_product`), so nothing has to be guessed or kept alike.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg


class Statement(NamedTuple):
    """One statement with its lists of values; `many` when it was one call with a list of rows."""

    sql: str
    rows: list[tuple[Any, ...]]
    many: bool


Round = list[Statement]
"""What one transaction consists of."""

_KEPT = (
    "name NOT LIKE '%version' AND name NOT IN ('consumer_position', 'counter') AND name NOT LIKE 'sqlite%'"
)
TABLES: Mapping[str, str] = {
    "postgresql": f"SELECT name FROM (SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public') t WHERE {_KEPT}",
    "sqlite": f"SELECT name FROM sqlite_master WHERE type = 'table' AND {_KEPT}",
}
"""The tables that a stage writes to."""

CLEARED: Mapping[str, Callable[[Sequence[str]], list[str]]] = {
    "postgresql": lambda tables: [f"TRUNCATE {', '.join(tables)}"],
    "sqlite": lambda tables: [f"DELETE FROM {table}" for table in tables],
}
"""Statements that empty them."""


class Content(NamedTuple):
    """What a round holds, per event: for the reader of the figures."""

    statements: float
    """Per round."""
    rows: float
    bytes: float


def content(recorded: Sequence[Round], events: int) -> Content:
    """How much the rounds write for so many events."""
    written = [row for one in recorded for s in one if not s.sql.startswith("SELECT") for row in s.rows]
    size = sum(len(value) for row in written for value in row if isinstance(value, str | bytes))
    statements = sum(map(len, recorded)) / len(recorded)
    return Content(statements, len(written) / events, size / events)


class PostgresReplay:
    """Makes recorded rounds again in raw asyncpg."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._connection = connection

    @classmethod
    async def opened(cls, url: str) -> "PostgresReplay":
        """On a database with the tables of the stage."""
        return cls(await asyncpg.connect(url, statement_cache_size=500))

    async def process(self, recorded: Round) -> None:
        """One round in one transaction."""
        async with self._connection.transaction():
            for sql, rows, many in recorded:
                if many:
                    await self._connection.executemany(sql, rows)
                else:
                    await self._connection.fetch(sql, *rows[0])

    async def clear(self) -> None:
        """Forget all rounds."""
        tables = [row[0] for row in await self._connection.fetch(TABLES["postgresql"])]
        for statement in CLEARED["postgresql"](tables):
            await self._connection.execute(statement)

    async def close(self) -> None:
        """End the connection."""
        await self._connection.close()


class SqliteReplay:
    """Makes recorded rounds again with the standard library; as durable as the product."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, cached_statements=500)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "wal_autocheckpoint=4000"):
            self._connection.execute(f"PRAGMA {pragma}")

    async def process(self, recorded: Round) -> None:
        """One round in one transaction."""
        self._connection.execute("BEGIN IMMEDIATE")
        for sql, rows, many in recorded:
            if many:
                self._connection.executemany(sql, rows)
            else:
                self._connection.execute(sql, rows[0]).fetchall()
        self._connection.execute("COMMIT")

    async def clear(self) -> None:
        """Forget all rounds."""
        tables = [row[0] for row in self._connection.execute(TABLES["sqlite"])]
        for statement in CLEARED["sqlite"](tables):
            self._connection.execute(statement)

    async def close(self) -> None:
        """Close the file."""
        self._connection.close()
