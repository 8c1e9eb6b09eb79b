"""What decides whether a process is ready: database, partitions, lag, the age of unsent events, its own loops."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from candor_common.telemetry import Check, consumer_lag

if TYPE_CHECKING:
    from candor_common.runtime import Assembly

MOST_LAG = 10_000
"""Events that may wait before a consumer counts as behind."""

MOST_SILENCE = 30.0
"""Seconds for which brokers may answer nothing; a consumer hears of them several times a second."""


async def checks(assembly: "Assembly") -> list[Check]:
    """Every check with what to do about it; the process is ready when all are well."""
    found = [await _database(assembly), *_shares(assembly), *_lags(assembly), _loops(assembly)]
    if assembly.wiring.check is not None:
        found += await assembly.wiring.check()
    return found


async def _database(assembly: "Assembly") -> Check:
    try:
        await assembly.runtime.database.read(_one)
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        return Check("database", False, f"{type(error).__name__}; check that it runs and CANDOR_DATABASE_URL")
    return Check("database", True, "answers")


def _one(connection: Connection) -> int | None:
    return connection.scalar(sa.select(1))


def _shares(assembly: "Assembly") -> Iterator[Check]:
    for consumer in assembly.consumers:
        assigned = consumer.feed.assigned()
        silent = consumer.feed.silence() > MOST_SILENCE
        # Intake accepts without reading: nobody should be sent away from it because the brokers are away.
        well = (assigned and not silent) or consumer.name == "intake"
        if silent:
            detail = f"no broker has answered for {consumer.feed.silence():.0f} s; check the brokers"
        else:
            detail = (
                "has its share" if assigned else "waits for its share of the partitions; check the brokers"
            )
        yield Check(f"{consumer.name} consumer", well, detail)


def _lags(assembly: "Assembly") -> Sequence[Check]:
    found = []
    for consumer in assembly.consumers:
        lag = consumer.feed.lag()
        consumer_lag.labels(consumer.name).set(lag)
        found.append(Check(f"{consumer.name} lag", lag <= MOST_LAG, f"{lag} events wait"))
    return found


def _loops(assembly: "Assembly") -> Check:
    stale = assembly.runtime.watchdog.stale()
    return Check(
        "loops", not stale, f"silent: {', '.join(stale)}; restart the process" if stale else "all turn"
    )
