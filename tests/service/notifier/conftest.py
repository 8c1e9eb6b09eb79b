"""One notifier on a real database, a clock moved by hand, and nothing that runs by itself."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_common.events import Message
from candor_notifier import service, store
from candor_notifier.delivery import Delivery, deliver_due
from tests.plugins.served import Served, served_as
from tests.service.notifier.sink import Sink
from tests.unit.notifier.builders import NOON

QUIET = replace(service, subscriptions={})
"""Notifier without a consumer: tests hand events over themselves."""
FROM = "support@help.example"
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""For what is decided before any database is asked."""


class Office(Served):
    """Notifier, as its tests drive it: events in, mail and facts out."""

    @property
    def delivery(self) -> Delivery:
        delivery: Delivery = self.runtime.resources["notifier"]
        return delivery

    async def deliver(self, **wait: float) -> datetime | None:
        """Send what is due after a while, and wait for it."""
        self.clock.advance(timedelta(**wait))
        later = await deliver_due(self.runtime)
        await self.delivery.idle()
        return later

    async def messages(self) -> list[Message]:
        """Every message, the oldest first."""
        found = await self.database.read(lambda connection: store.messages(connection, None, None, 1000))
        return found[::-1]

    async def only(self) -> Message:
        [message] = await self.messages()
        return message


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
async def office(database: Database, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Office]:
    """With a mailbox instead of a mail server."""
    async with served_as(Office, service, database, clock, tmp_path, mail_from=FROM) as running:
        yield running


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    server = Sink()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def post(database: Database, clock: ManualClock, tmp_path: Path, sink: Sink) -> AsyncIterator[Office]:
    """With a mail server, the `sink`."""
    url = SecretStr(f"smtp://127.0.0.1:{sink.port}?starttls=0")
    async with served_as(Office, service, database, clock, tmp_path, mail_from=FROM, smtp_url=url) as running:
        yield running
