"""Intake on a real database, once of each kind."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_intake import service
from tests.plugins.served import Served, served
from tests.service.intake.fragile import fragile

__all__ = ["fragile"]


@pytest.fixture
async def intake(database: Database, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Served]:
    """Needs `@pytest.mark.packages("candor_intake")`, as every module here has it."""
    async with served(service, database, clock, tmp_path) as running:
        yield running
