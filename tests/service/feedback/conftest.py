"""Feedback on a real database, once of each kind."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_feedback import service
from tests.plugins.served import Served, served


@pytest.fixture
async def feedback(database: Database, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Served]:
    """Needs `@pytest.mark.packages("candor_feedback")`, as every module here has it."""
    async with served(service, database, clock, tmp_path) as running:
        yield running
