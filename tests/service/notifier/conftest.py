"""One notifier on a real database, a clock moved by hand, and nothing that runs by itself."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from candor_common import outbox
from candor_common.clock import Clock, ManualClock
from candor_common.consumer import waves
from candor_common.database import Database, Transaction
from candor_common.database.postgres import PostgresDatabase
from candor_common.embedded import embedded
from candor_common.events import Envelope, Fact, Message
from candor_common.runtime import Mode, Wiring, create_app
from candor_common.service import Runtime, Service
from candor_common.settings import Settings
from candor_common.trace import new_trace
from candor_common.wire import decode
from candor_notifier import service, store
from candor_notifier.delivery import Delivery, deliver_due
from tests.servers.postgres import PostgresAddress
from tests.service.notifier.sink import Sink
from tests.unit.notifier.builders import NOON

QUIET = replace(service, subscriptions={})
"""Notifier without a consumer: tests hand events over themselves."""


class Office:
    """Notifier, as its tests drive it: events in, mail and facts out."""

    def __init__(self, runtime: Runtime, clock: ManualClock, client: httpx.AsyncClient) -> None:
        self.runtime = runtime
        self.clock = clock
        self.client = client
        self._told = 0

    @property
    def database(self) -> Database:
        return self.runtime.database

    @property
    def delivery(self) -> Delivery:
        delivery: Delivery = self.runtime.resources["notifier"]
        return delivery

    def envelope(self, fact: Fact) -> Envelope[Fact]:
        return Envelope(str(uuid4()), "/candor/tests", self.clock.now(), new_trace(), fact)

    async def receive(self, *facts: Fact) -> list[Envelope[Fact]]:
        """Hand over events in one round."""
        envelopes = [self.envelope(fact) for fact in facts]
        await self.apply(envelopes)
        return envelopes

    async def apply(self, envelopes: Sequence[Envelope[Fact]]) -> None:
        """Hand over events as they are, in one round."""

        def work(transaction: Transaction) -> None:
            for wave in waves(envelopes, service.subscriptions):
                for handler, its_events in wave:
                    handler(transaction, its_events, self.runtime.context)

        await self.database.transact(work)

    async def deliver(self, **wait: float) -> datetime | None:
        """Send what is due after a while, and wait for it."""
        self.clock.advance(timedelta(**wait))
        later = await deliver_due(self.runtime)
        await self.delivery.idle()
        return later

    async def told(self) -> list[Fact]:
        """The facts emitted since this was asked last."""
        return [envelope.fact for envelope in await self.envelopes()]

    async def envelopes(self) -> list[Envelope[Fact]]:
        query = sa.select(outbox.outbox).where(outbox.outbox.c.position > self._told)
        rows = await self.database.read(
            lambda connection: connection.execute(query.order_by(outbox.outbox.c.position)).mappings().all()
        )
        self._told = max((row["position"] for row in rows), default=self._told)
        read = [decode(outbox.headers_of_row(row), row["value"]) for row in rows]
        return [envelope for envelope in read if envelope is not None]

    async def messages(self) -> list[Message]:
        """Every message, the oldest first."""
        found = await self.database.read(lambda connection: store.messages(connection, None, None, 1000))
        return found[::-1]

    async def only(self) -> Message:
        [message] = await self.messages()
        return message


@asynccontextmanager
async def on_postgres(settings: Settings, clock: Clock, services: Sequence[Service]) -> AsyncIterator[Wiring]:
    """The database of the distributed mode, without a broker."""
    assert settings.database_url is not None
    database = PostgresDatabase(settings.database_url.get_secret_value(), clock)

    def no_feed(_service: Service) -> Any:
        raise AssertionError("a quiet service has no feed")

    try:
        yield Wiring(database, no_feed)
    finally:
        await database.close()


@asynccontextmanager
async def an_office(
    request: pytest.FixtureRequest, folder: Path, clock: ManualClock, **settings: Any
) -> AsyncIterator[Office]:
    async with AsyncExitStack() as stack:
        mode: Mode = embedded
        if request.param == "postgres":
            server: PostgresAddress = request.getfixturevalue("postgres_server")
            name = f"notifier_{uuid4().hex}"
            url = await server.create_database(name)
            stack.push_async_callback(server.drop_database, name)
            settings |= {
                "database_url": SecretStr(url),
                "kafka_bootstrap": "127.0.0.1:1",
                "signing_key": SecretStr("k" * 32),
            }
            mode = on_postgres
        known = Settings(data_dir=folder, mail_from="support@help.example", **settings)
        app = create_app([QUIET], known, mode, clock=clock, background=False)
        await stack.enter_async_context(app.router.lifespan_context(app))
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://candor.test")
        await stack.enter_async_context(client)
        yield Office(app.state.runtime, clock, client)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture(params=["sqlite", "postgres"])
async def office(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Office]:
    """With a mailbox instead of a mail server."""
    async with an_office(request, tmp_path, clock) as opened:
        yield opened


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    server = Sink()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(params=["sqlite", "postgres"])
async def post(
    request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock, sink: Sink
) -> AsyncIterator[Office]:
    """With a mail server, the `sink`."""
    url = SecretStr(f"smtp://127.0.0.1:{sink.port}?starttls=0")
    async with an_office(request, tmp_path, clock, smtp_url=url) as opened:
        yield opened


ON_SQLITE = pytest.mark.parametrize("office", ["sqlite"], indirect=True)
"""For what is decided before any database is asked."""
