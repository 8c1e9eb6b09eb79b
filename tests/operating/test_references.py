"""How many references are left out after a restore."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from candor.backup import references
from candor_common.columns import counter
from candor_common.database import Database, Transaction
from candor_intake.tables import inbound
from tests.plugins.databases import START

pytestmark = pytest.mark.packages("candor_intake")


@pytest.mark.parametrize(
    ("busiest", "gone", "left_out"),
    [
        (0, timedelta(), 1_000),
        (100, timedelta(minutes=10), 1_200),
        (100, timedelta(minutes=61), 1_400),
        (1_000, timedelta(days=2), 97_000),
    ],
)
def test_twice_what_the_busiest_hour_took_is_left_out_for_every_hour(
    busiest: int, gone: timedelta, left_out: int
) -> None:
    assert references.skipped(busiest, gone) == left_out


async def test_the_next_number_lies_behind_all_that_may_have_been_handed_out(database: Database) -> None:
    def work(transaction: Transaction) -> tuple[int, int, set[str]]:
        connection = transaction.connection
        connection.execute(sa.insert(counter), [{"name": "reference", "next": 42}])
        connection.execute(sa.insert(inbound), [_row(number) for number in range(1, 42)])
        first = references.skip(connection, timedelta(minutes=10))
        second = references.skip(connection, timedelta(), at_least=50_000)
        references.raise_to(connection, 7)
        return first, second, references.taken({"INC-000041", "INC-000042"}, connection)

    assert await database.transact(work) == (2_000, 52_000, {"INC-000041"})
    assert await database.read(references.next_reference) == 52_000


def _row(number: int) -> dict[str, object]:
    return {
        "request_id": str(number),
        "source": "api",
        "dedup_key": str(number),
        "reference": f"INC-{number:06d}",
        "channel": "api",
        "received_at": START + timedelta(minutes=number),
        "content_type": "application/json",
        "raw": b"",
    }
