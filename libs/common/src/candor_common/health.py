"""What decides whether a process is ready: database, partitions, lag, the age of unsent events, its own loops."""

from collections.abc import Awaitable, Callable, Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from candor_common.consumer import Consumer
from candor_common.database import Database
from candor_common.service import Runtime
from candor_common.telemetry import Check, consumer_lag
from candor_common.watchdog import Watchdog

MOST_LAG = 10_000
"""Events that may wait before a consumer counts as behind."""

MOST_SILENCE = 30.0
"""Seconds for which brokers may answer nothing; a consumer hears of them several times a second."""


MoreChecks = Callable[[], Awaitable[Sequence[Check]]]
"""What only one of the modes has to look at."""


async def checks(runtime: Runtime, consumers: Sequence[Consumer], more: MoreChecks | None) -> list[Check]:
    """Every check with what to do about it; the process is ready when all are well."""
    found = [
        await _database(runtime.database),
        *_shares(consumers),
        *_lags(consumers),
        _loops(runtime.watchdog),
    ]
    return [*found, *await more()] if more is not None else found


async def _database(database: Database) -> Check:
    try:
        await database.read(_one)
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        return Check("database", False, f"{type(error).__name__}; check that it runs and CANDOR_DATABASE_URL")
    return Check("database", True, "answers")


def _one(connection: Connection) -> int | None:
    return connection.scalar(sa.select(1))


def _shares(consumers: Sequence[Consumer]) -> Iterator[Check]:
    for consumer in consumers:
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


def _lags(consumers: Sequence[Consumer]) -> Sequence[Check]:
    found = []
    for consumer in consumers:
        lag = consumer.feed.lag()
        consumer_lag.labels(consumer.name).set(lag)
        found.append(Check(f"{consumer.name} lag", lag <= MOST_LAG, f"{lag} events wait"))
    return found


def _loops(watchdog: Watchdog) -> Check:
    stale = watchdog.stale()
    return Check(
        "loops", not stale, f"silent: {', '.join(stale)}; restart the process" if stale else "all turn"
    )
