"""Loops that do what is due, wake on a commit, and look again now and then in case a wake-up was lost."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic
from uuid import uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError

from candor_common import leases
from candor_common.service import Periodic, Runtime

log = structlog.get_logger()

HOLDER = str(uuid4())
"""Names this process in leases."""
LEASE = timedelta(seconds=30)
LONGEST_PAUSE = 30.0


async def run_once(periodic: Periodic, runtime: Runtime) -> datetime | None:
    """Do what is due, unless another replica holds the lease; returns when to come back.

    What is woken by bells has times to keep, and is taken over as soon as the lease of a replica that is gone ends.
    """
    if periodic.leased:
        until = await runtime.database.transact(lambda tx: leases.take(tx, periodic.name, HOLDER, LEASE))
        if until is not None:
            return until if periodic.bells else None
    return await periodic.run(runtime)


async def give_back(runtime: Runtime) -> None:
    """Leave the leases of this process to others, if the database can be asked just now."""
    with suppress(TimeoutError, SQLAlchemyError, OSError):
        async with asyncio.timeout(1):
            await runtime.database.transact(lambda tx: leases.give_back(tx, HOLDER))


async def run(periodic: Periodic, runtime: Runtime) -> None:
    """Run for ever. A failure is logged and tried again, later each time."""
    bell = runtime.database.bells.listen(*periodic.bells)
    failures = 0
    while True:
        bell.clear()
        started = monotonic()
        try:
            due = await run_once(periodic, runtime)
            failures = 0
        except Exception:
            failures += 1
            log.exception("periodic_failed", periodic=periodic.name, failures=failures)
            due = None
            await asyncio.sleep(min(0.2 * 2.0**failures, LONGEST_PAUSE))
        runtime.watchdog.beat(periodic.name, periodic.every)
        await asyncio.sleep(min((monotonic() - started) * runtime.rest_factor, 0.1))
        await _until(bell, _delay(periodic, runtime, due))


def _delay(periodic: Periodic, runtime: Runtime, due: datetime | None) -> float:
    slow = periodic.every.total_seconds()
    return slow if due is None else min(slow, (due - runtime.clock.now()).total_seconds())


async def _until(bell: asyncio.Event, seconds: float) -> None:
    if seconds <= 0:
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await bell.wait()
