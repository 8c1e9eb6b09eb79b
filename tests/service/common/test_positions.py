"""Positions move only from where they are thought to be, and an event is new only once; on both databases."""

from collections.abc import Mapping

import pytest

from candor_common import positions
from candor_common.database import Database
from candor_common.feed import Partition
from tests.plugins.databases import START

FIRST, SECOND, THIRD = (Partition("candor.requests.v1", number) for number in range(3))
Moves = Mapping[Partition, tuple[int, int]]


async def _advance(database: Database, moves: Moves) -> dict[Partition, int]:
    return await database.transact(lambda tx: positions.advance(tx.connection, "triage", moves))


async def _stored(database: Database) -> dict[Partition, int]:
    wanted = (FIRST, SECOND, THIRD)
    return await database.transact(lambda tx: positions.load(tx.connection, "triage", wanted))


@pytest.fixture
async def known(database: Database) -> Database:
    """A database in which two partitions stand at 0; nobody has heard of the third."""
    await database.transact(lambda tx: positions.create(tx.connection, "triage", [FIRST, SECOND]))
    return database


@pytest.mark.parametrize("moves", [{FIRST: (0, 7)}, {FIRST: (0, 7), SECOND: (0, 0)}], ids=["one", "several"])
async def test_a_position_moves_from_where_it_is_thought_to_be(known: Database, moves: Moves) -> None:
    assert await _advance(known, moves) == {}
    assert await _stored(known) == {FIRST: 7, SECOND: 0, THIRD: 0}


async def test_a_position_that_is_elsewhere_stays_and_is_told(known: Database) -> None:
    await _advance(known, {FIRST: (0, 7)})
    assert await _advance(known, {FIRST: (3, 9)}) == {FIRST: 7}
    assert await _stored(known) == {FIRST: 7, SECOND: 0, THIRD: 0}


async def test_of_several_positions_those_move_that_are_where_they_are_thought_to_be(known: Database) -> None:
    await _advance(known, {FIRST: (0, 7)})
    assert await _advance(known, {FIRST: (3, 9), SECOND: (0, 5)}) == {FIRST: 7}
    assert await _stored(known) == {FIRST: 7, SECOND: 5, THIRD: 0}


async def test_a_position_that_another_subscription_has_is_not_moved(known: Database) -> None:
    await known.transact(lambda tx: positions.create(tx.connection, "notifier", [FIRST]))
    await _advance(known, {FIRST: (0, 7)})
    assert await known.transact(lambda tx: positions.load(tx.connection, "notifier", [FIRST])) == {FIRST: 0}


async def test_an_event_is_new_to_a_subscription_once(database: Database) -> None:
    async def remembered(subscription: str, *event_ids: str) -> set[str]:
        return await database.transact(
            lambda tx: positions.remember(tx.connection, subscription, event_ids, START)
        )

    assert await remembered("triage", "a", "b") == {"a", "b"}
    assert await remembered("triage", "b", "c") == {"c"}
    assert await remembered("notifier", "a") == {"a"}
    assert await remembered("triage") == set()
