"""Column types and helpers that mean the same on PostgreSQL and on SQLite."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeDecorator, TypeEngine

metadata = sa.MetaData()
"""The tables that every service has: outbox, positions, processed and parked events, leases, counters."""

_SQLITE_FORMAT = "%Y-%m-%d %H:%M:%S.%f"
ModelT = TypeVar("ModelT", bound=BaseModel)


class _Moment(TypeDecorator[datetime]):
    """An aware time in UTC. SQLite has no time type and drops zones, so there it is sortable text."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.String(26))
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).strftime(_SQLITE_FORMAT)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        return value.astimezone(UTC) if isinstance(value, datetime) else None


class Snapshot(TypeDecorator[ModelT]):
    """A frozen model kept as JSON text, for what is always read and written whole."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, model: type[ModelT]) -> None:
        super().__init__()
        self.model = model

    def process_bind_param(self, value: ModelT | None, dialect: Dialect) -> str | None:
        return None if value is None else value.model_dump_json(exclude_none=True)

    def process_result_value(self, value: Any, dialect: Dialect) -> ModelT | None:
        return None if value is None else self.model.model_validate_json(value)


Moment = _Moment()

counter = sa.Table(
    "counter",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("next", sa.BigInteger, nullable=False),
)


def upsert(
    connection: Connection, table: sa.Table, rows: Sequence[dict[str, Any]], *, key: Sequence[str]
) -> None:
    """Insert rows, or overwrite the other columns given where the key is there already."""
    if rows:
        given = tuple(name for name in rows[0] if name not in key)
        connection.execute(_upsert(connection.dialect.name, table, given, tuple(key)), list(rows))


def insert_new(connection: Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows and leave alone those whose key is there already."""
    if rows:
        connection.execute(_insert_new(connection.dialect.name, table), list(rows))


def save_newer(
    connection: Connection, table: sa.Table, rows: Sequence[dict[str, Any]], *, key: str, version: str
) -> None:
    """Insert snapshots, or overwrite those there are whose version is lower."""
    if rows:
        given = tuple(name for name in rows[0] if name != key)
        connection.execute(_save_newer(connection.dialect.name, table, given, key, version), list(rows))


# Building a statement costs several times what running it does, so each is built once.


@cache
def _upsert(dialect: str, table: sa.Table, given: tuple[str, ...], key: tuple[str, ...]) -> Executable:
    insert = _insert(dialect, table)
    changed = {name: insert.excluded[name] for name in given}
    return cast("Executable", insert.on_conflict_do_update(index_elements=list(key), set_=changed))


@cache
def _insert_new(dialect: str, table: sa.Table) -> Executable:
    return cast("Executable", _insert(dialect, table).on_conflict_do_nothing())


@cache
def _save_newer(dialect: str, table: sa.Table, given: tuple[str, ...], key: str, version: str) -> Executable:
    insert = _insert(dialect, table)
    changed = {name: insert.excluded[name] for name in given}
    newer = table.c[version] < insert.excluded[version]
    return cast("Executable", insert.on_conflict_do_update(index_elements=[key], set_=changed, where=newer))


def _insert(dialect: str, table: sa.Table) -> Any:
    """An insert with `on_conflict…`, which both databases have under the same name in different modules."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


_TAKE = (
    sa.update(counter)
    .where(counter.c.name == sa.bindparam("of"))
    .values(next=counter.c.next + sa.bindparam("count"))
    .returning(counter.c.next)
)


def take_numbers(connection: Connection, name: str, count: int) -> range:
    """The next `count` numbers of a named series, without gaps; held until the transaction ends."""
    end = connection.scalar(_TAKE, {"of": name, "count": count})
    if end is None:
        connection.execute(sa.insert(counter), [{"name": name, "next": count + 1}])
        end = count + 1
    return range(end - count, end)
