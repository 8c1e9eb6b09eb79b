"""Lists of texts as one parameter, and times, on both databases."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from candor_common.columns import among, counter, each
from candor_common.database import Database, Transaction
from candor_common.positions import processed_event
from tests.plugins.databases import START

NAMES = ["plain", "with 'quotes\" and, commas", "[1]", "服务器", "\U0001f600", "\\u0041", ""]
NAMED = sa.select(counter.c.name).where(among(counter.c.name, "names"))


async def _count(database: Database, names: Sequence[str]) -> None:
    rows = [{"name": name, "next": 1} for name in names]
    await database.transact(lambda tx: tx.connection.execute(sa.insert(counter), rows))


async def _found(database: Database, query: sa.Select[tuple[str]], **given: object) -> list[str]:
    return await database.read(lambda connection: list(connection.scalars(query, given)))


@pytest.mark.parametrize("wanted", [NAMES, NAMES[:1], ["nobody"], []], ids=len)
async def test_a_column_is_compared_with_any_number_of_texts(database: Database, wanted: list[str]) -> None:
    await _count(database, NAMES)
    assert set(await _found(database, NAMED, names=wanted)) == set(wanted) & set(NAMES)


async def test_such_a_comparison_can_be_negated_and_joined_with_others(database: Database) -> None:
    await _count(database, ["a", "b", "c"])
    query = sa.select(counter.c.name).where(
        ~among(counter.c.name, "names"), sa.or_(among(counter.c.name, "others"), counter.c.name == "c")
    )
    assert set(await _found(database, query, names=["a"], others=["a", "b"])) == {"b", "c"}


async def test_such_a_comparison_uses_the_index_of_its_column(database: Database) -> None:
    def plan(transaction: Transaction) -> str:
        connection = transaction.connection
        of_sqlite = connection.dialect.name == "sqlite"
        if not of_sqlite:
            # With so few rows, reading them all would be the quicker way.
            connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
        sql = str(NAMED.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True}))
        shown = f"EXPLAIN {'QUERY PLAN ' if of_sqlite else ''}{sql}"
        rows = connection.exec_driver_sql(shown, ("[]" if of_sqlite else ["a"],))
        return " ".join(str(row) for row in rows)

    plan_shown = await database.transact(plan)
    assert "sqlite_autoindex_counter" in plan_shown or "counter_pkey" in plan_shown


async def test_given_texts_can_be_selected_like_rows(database: Database) -> None:
    rows = each("names")
    assert await _found(database, sa.select(rows.c.value), names=NAMES) == NAMES
    assert await _found(database, sa.select(rows.c.value), names=[]) == []


async def test_a_time_of_any_zone_comes_back_in_utc_and_sorts_by_the_moment(database: Database) -> None:
    east = START.astimezone(timezone(timedelta(hours=8)))
    times = {"b": east, "a": START - timedelta(microseconds=1), "c": START + timedelta(seconds=1)}
    rows = [{"subscription": "s", "event_id": event_id, "processed_at": at} for event_id, at in times.items()]
    query = sa.select(processed_event.c.processed_at).order_by(processed_event.c.processed_at)
    await database.transact(lambda tx: tx.connection.execute(sa.insert(processed_event), rows))

    found: list[datetime] = await database.read(lambda connection: list(connection.scalars(query)))

    assert found == sorted(times.values())
    assert {one.tzinfo for one in found} == {UTC}
