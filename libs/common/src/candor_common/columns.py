"""Column types and helpers that mean the same on PostgreSQL and on SQLite."""

import json
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Self, TypeVar, cast

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from candor_common.wire import json_of

metadata = sa.MetaData()
"""The tables that every service has: outbox, positions, processed and parked events, leases, counters."""

_WITHOUT_ZONE = len("2026-01-01 00:00:00.000000")
ModelT = TypeVar("ModelT", bound=BaseModel)


class _MomentText(TypeDecorator[datetime]):
    """A time in UTC as text that sorts like the time."""

    impl = sa.String
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], str | None]:
        return _text_of_moment

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        return _moment_of_text


def _text_of_moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(" ", "microseconds")[:_WITHOUT_ZONE]


def _moment_of_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


class Snapshot(TypeDecorator[ModelT]):
    """A frozen model kept as JSON text, for what is always read and written whole."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, model: type[ModelT]) -> None:
        super().__init__()
        self.model = model

    def process_bind_param(self, value: ModelT | None, dialect: Dialect) -> str | None:
        return None if value is None else json_of(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> ModelT | None:
        return None if value is None else self.model.model_validate_json(value)


Moment = sa.DateTime(timezone=True).with_variant(_MomentText(_WITHOUT_ZONE), "sqlite")
"""An aware time in UTC. SQLite has no time type and drops zones; PostgreSQL's driver gives all times in UTC."""


class _Texts(TypeDecorator[Collection[str]]):
    """Texts as one value: an array, or a JSON list where there are none. However many, the statement is the same,
    while an `IN` with a place for each is written anew every time."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.Text())
        return dialect.type_descriptor(postgresql.ARRAY(sa.Text))

    def process_bind_param(self, value: Collection[str] | None, dialect: Dialect) -> Any:
        texts = list(value or ())
        return json.dumps(texts) if dialect.name == "sqlite" else texts


def given(name: str) -> sa.BindParameter[Collection[str]]:
    """A place for any number of texts."""
    return sa.bindparam(name, type_=_Texts())


class among(FunctionElement[bool]):
    """Whether a column has one of the texts given under a name: `where(among(table.c.id, "ids"))`."""

    type = sa.Boolean()
    inherit_cache = True

    def __init__(self, column: sa.ColumnElement[str], name: str) -> None:
        super().__init__(column, given(name))

    def self_group(self, against: Any = None) -> Self:
        """It binds closer than `AND`, and is no number that SQLite would have to compare with 1."""
        return self


class _Each(FunctionElement[str]):
    inherit_cache = True


def each(name: str) -> sa.TableValuedAlias:
    """The texts given under a name as rows, with one column `value`."""
    # PostgreSQL calls the column what the function is called here, SQLite always `value`.
    return _Each(given(name)).table_valued(sa.column("value", sa.Text), name="value")


@compiles(among, "postgresql")
def _among_array(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column, texts = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} = ANY ({texts})"


@compiles(among, "sqlite")
def _among_list(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column, texts = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({texts}))"


@compiles(_Each, "postgresql")
def _each_of_array(element: _Each, compiler: SQLCompiler, **options: Any) -> str:
    return f"unnest({compiler.process(element.clauses, **options)})"


@compiles(_Each, "sqlite")
def _each_of_list(element: _Each, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


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


def insert_new(connection: Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> int:
    """Insert rows and leave alone those whose key is there already; for a single row, returns how many were new."""
    if not rows:
        return 0
    return connection.execute(_insert_new(connection.dialect.name, table), list(rows)).rowcount


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
    insert = insert_of(dialect, table)
    changed = {name: insert.excluded[name] for name in given}
    return cast("Executable", insert.on_conflict_do_update(index_elements=list(key), set_=changed))


@cache
def _insert_new(dialect: str, table: sa.Table) -> Executable:
    return cast("Executable", insert_of(dialect, table).on_conflict_do_nothing().inline())


@cache
def _save_newer(dialect: str, table: sa.Table, given: tuple[str, ...], key: str, version: str) -> Executable:
    insert = insert_of(dialect, table)
    changed = {name: insert.excluded[name] for name in given}
    newer = table.c[version] < insert.excluded[version]
    return cast("Executable", insert.on_conflict_do_update(index_elements=[key], set_=changed, where=newer))


def insert_of(dialect: str, table: sa.Table) -> Any:
    """An insert with `on_conflict…`, which both databases have under the same name in different modules."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


_TAKE = (
    sa.update(counter)
    .where(counter.c.name == sa.bindparam("of"))
    .values(next=counter.c.next + sa.bindparam("count"))
    .returning(counter.c.next)
)
_START = sa.insert(counter)


def take_numbers(connection: Connection, name: str, count: int) -> range:
    """The next `count` numbers of a named series, without gaps; held until the transaction ends."""
    end = connection.scalar(_TAKE, {"of": name, "count": count})
    if end is None:
        connection.execute(_START, [{"name": name, "next": count + 1}])
        end = count + 1
    return range(end - count, end)
