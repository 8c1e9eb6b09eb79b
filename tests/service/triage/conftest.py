"""One triage on a real database, a clock moved by hand, and nothing that runs by itself."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
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
from candor_common.events import Envelope, Fact, Incident
from candor_common.runtime import Mode, Wiring, create_app
from candor_common.service import Runtime, Service
from candor_common.settings import Settings
from candor_common.trace import new_trace
from candor_common.wire import decode
from candor_triage import service, store
from candor_triage.scheduler import close_due
from tests.servers.postgres import PostgresAddress
from tests.unit.triage.builders import NOON

QUIET = replace(service, subscriptions={})
"""Triage without a consumer: tests hand events over themselves."""


ON_SQLITE = pytest.mark.parametrize("desk", ["sqlite"], indirect=True)
"""For what is decided before any database is asked."""


class Desk:
    """Triage, as its tests drive it: events and commands in, facts and rows out."""

    def __init__(self, runtime: Runtime, clock: ManualClock, client: httpx.AsyncClient) -> None:
        self.runtime = runtime
        self.clock = clock
        self.client = client
        self._told = 0

    @property
    def database(self) -> Database:
        return self.runtime.database

    async def receive(self, *facts: Fact) -> list[Fact]:
        """Hand over events in one round; returns what triage told because of them."""
        await self.apply([self.envelope(fact) for fact in facts])
        return await self.told()

    def envelope(self, fact: Fact) -> Envelope[Fact]:
        return Envelope(str(uuid4()), "/candor/tests", self.clock.now(), new_trace(), fact)

    async def apply(self, envelopes: Sequence[Envelope[Fact]]) -> None:
        """Hand over events as they are, in one round."""

        def work(transaction: Transaction) -> None:
            for wave in waves(envelopes, service.subscriptions):
                for handler, its_events in wave:
                    handler(transaction, its_events, self.runtime.context)

        await self.database.transact(work)

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

    async def close_due(self) -> Any:
        return await close_due(self.runtime)

    async def incident(self, reference: str) -> Incident:
        found = await self.database.read(lambda connection: store.led_to(connection, reference))
        assert found is not None
        return found

    async def kinds(self, reference: str) -> list[str]:
        """What stands in the timeline of an incident."""
        entries = await self.database.read(lambda connection: store.timeline_of(connection, reference, 1000))
        return [entry.kind for entry in entries]

    async def count(self, table: sa.Table) -> int:
        query = sa.select(sa.func.count()).select_from(table)
        return await self.database.read(lambda connection: connection.scalar(query) or 0)

    async def command(
        self, reference: str, name: str, version: int | None, by: str = "ana", **words: str
    ) -> httpx.Response:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        address = f"/v1/incidents/{reference}/{name}"
        return await self.client.post(address, json={"by": by} | words, headers=headers)

    async def resolve(self, reference: str) -> None:
        version = (await self.incident(reference)).version
        words = {"cause": "A full disk.", "done": "Removed logs.", "checked": "It loads."}
        assert (await self.command(reference, "resolve", version, **words)).status_code == 200


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


@pytest.fixture(params=["sqlite", "postgres"])
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        settings = Settings(data_dir=tmp_path)
        mode: Mode = embedded
        if request.param == "postgres":
            server: PostgresAddress = request.getfixturevalue("postgres_server")
            name = f"triage_{uuid4().hex}"
            url = await server.create_database(name)
            stack.push_async_callback(server.drop_database, name)
            settings = Settings(
                data_dir=tmp_path,
                database_url=SecretStr(url),
                kafka_bootstrap="127.0.0.1:1",
                signing_key=SecretStr("k" * 32),
            )
            mode = on_postgres
        clock = ManualClock(NOON)
        app = create_app([QUIET], settings, mode, clock=clock, background=False)
        await stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app=app)
        client = httpx.AsyncClient(transport=transport, base_url="http://candor.test")
        await stack.enter_async_context(client)
        yield Desk(app.state.runtime, clock, client)
