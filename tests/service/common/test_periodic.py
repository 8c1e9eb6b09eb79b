"""Loops of several replicas: one does what is due, and another takes over when it is gone."""

from datetime import datetime, timedelta

import pytest

from candor_common import leases, periodic
from candor_common.charter import load_charter
from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_common.links import Signer
from candor_common.service import Context, Periodic, Runtime
from candor_common.settings import Settings
from candor_common.watchdog import Watchdog

MINUTE = timedelta(minutes=1)


@pytest.fixture
def runtime(database: Database, clock: ManualClock) -> Runtime:
    context = Context(load_charter(), Settings(), Signer("s" * 32))
    return Runtime(database, clock, context, Watchdog(clock), 0.0)


async def done(_runtime: Runtime) -> datetime | None:
    raise AssertionError("somebody else has the lease")


@pytest.mark.parametrize("bells", [("rung",), ()])
async def test_what_has_times_to_keep_is_taken_over_when_the_lease_of_another_ends(
    runtime: Runtime, clock: ManualClock, bells: tuple[str, ...]
) -> None:
    await runtime.database.transact(lambda tx: leases.take(tx, "sweep", "gone", periodic.LEASE))
    due = await periodic.run_once(Periodic("sweep", done, MINUTE, bells, leased=True), runtime)
    assert due == (clock.now() + periodic.LEASE if bells else None)


async def test_a_process_that_ends_leaves_its_leases_to_others(runtime: Runtime) -> None:
    async def run(_runtime: Runtime) -> None:
        return None

    await periodic.run_once(Periodic("sweep", run, MINUTE, leased=True), runtime)
    await periodic.give_back(runtime)
    take = await runtime.database.transact(lambda tx: leases.take(tx, "sweep", "another", periodic.LEASE))
    assert take is None
