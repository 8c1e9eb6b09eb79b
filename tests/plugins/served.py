"""One service behind its doors, on a database that a test gives, with nothing that runs by itself."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import sqlalchemy as sa
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from candor_common import outbox
from candor_common.clock import Clock, ManualClock
from candor_common.consumer import waves
from candor_common.database import Database, Transaction
from candor_common.database.postgres import PostgresDatabase
from candor_common.events import Envelope, Fact
from candor_common.keys import KeyRing, Scope, keys_path
from candor_common.runtime import Wiring, create_app
from candor_common.service import Runtime, Service
from candor_common.settings import Settings
from candor_common.trace import new_trace
from candor_common.wire import decode

ADDRESS = "http://candor.test"
LOCAL = "http://localhost"
"""What a caller on this machine calls us; only they are let in without a key."""


class _Here(httpx.ASGITransport):
    """Takes the public address for a name of this machine, so that a caller on it can follow a link of ours."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == httpx.URL(ADDRESS).host:
            request.headers["Host"] = httpx.URL(LOCAL).host
        return await super().handle_async_request(request)


class Served:
    """A service as its tests drive it: events and HTTP requests in, answers, facts and rows out."""

    def __init__(self, service: Service, app: FastAPI, settings: Settings, clock: ManualClock) -> None:
        self.runtime: Runtime = app.state.runtime
        self.settings = settings
        self.clock = clock
        self.client = httpx.AsyncClient(transport=_Here(app), base_url=LOCAL)
        self._service = service
        self._told = 0

    @property
    def database(self) -> Database:
        return self.runtime.database

    def key(self, name: str, *scopes: Scope) -> dict[str, str]:
        """The headers of a caller with an API key; from the first key on, everybody needs one."""
        key = KeyRing(keys_path(self.settings)).add(name, scopes)
        return {"Authorization": f"Bearer {key}"}

    async def receive(self, *facts: Fact) -> list[Fact]:
        """Hand over events in one round; returns what the service told because of them."""
        await self.hear(*facts)
        return await self.told()

    async def hear(self, *facts: Fact) -> list[Envelope[Fact]]:
        """Hand over events in one round; returns them as they were handed over."""
        envelopes = [self.envelope(fact) for fact in facts]
        await self.apply(envelopes)
        return envelopes

    def envelope(self, fact: Fact) -> Envelope[Fact]:
        return Envelope(str(uuid4()), "/candor/tests", self.clock.now(), new_trace(), fact)

    async def apply(self, envelopes: Sequence[Envelope[Fact]]) -> None:
        """Hand over events as they are, in one round."""

        def work(transaction: Transaction) -> None:
            for wave in waves(envelopes, self._service.subscriptions):
                for handler, its_events in wave:
                    handler(transaction, its_events, self.runtime.context)

        await self.database.transact(work)

    async def told(self) -> list[Fact]:
        """The facts emitted since this was asked last."""
        return [envelope.fact for envelope in await self.envelopes()]

    async def envelopes(self) -> list[Envelope[Fact]]:
        query = sa.select(outbox.outbox).where(outbox.outbox.c.position > self._told)
        rows = await self.rows(query.order_by(outbox.outbox.c.position))
        self._told = max((row["position"] for row in rows), default=self._told)
        read = [decode(outbox.headers_of_row(row), row["value"]) for row in rows]
        return [envelope for envelope in read if envelope is not None]

    async def rows(self, query: sa.Select[Any]) -> Sequence[sa.RowMapping]:
        return await self.database.read(lambda connection: connection.execute(query).mappings().all())

    async def metric(self, name: str, **labels: str) -> float:
        """What the operator's page says about a metric; these only grow, so compare two of them."""
        text = (await self.client.get("/metrics")).text
        samples = [one for family in text_string_to_metric_families(text) for one in family.samples]
        return sum(one.value for one in samples if one.name == name and labels.items() <= one.labels.items())

    async def count(self, table: sa.Table) -> int:
        [row] = await self.rows(sa.select(sa.func.count().label("rows")).select_from(table))
        return int(row["rows"])

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """The statements that are sent to the database meanwhile."""
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
            sent.append(statement)

        engine = engine_of(self.database)
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)


def engine_of(database: Database) -> sa.Engine:
    """The engine below a database of ours."""
    engine = database.engine  # type: ignore[attr-defined]
    found: sa.Engine = getattr(engine, "sync_engine", engine)
    return found


ServedT = TypeVar("ServedT", bound=Served)


@asynccontextmanager
async def served(
    service: Service, database: Database, clock: ManualClock, folder: Path, **settings: Any
) -> AsyncIterator[Served]:
    """The service over a database that stays open afterwards. No consumer reads: tests hand events over themselves."""
    async with served_as(Served, service, database, clock, folder, **settings) as running:
        yield running


@asynccontextmanager
async def served_as(
    kind: type[ServedT],
    service: Service,
    database: Database,
    clock: ManualClock,
    folder: Path,
    **settings: Any,
) -> AsyncIterator[ServedT]:
    """The same, with what the tests of one service do to it in a class of their own."""

    @asynccontextmanager
    async def given(
        _settings: Settings, _clock: Clock, _services: Sequence[Service]
    ) -> AsyncIterator[Wiring]:
        yield Wiring(database, _no_feed)

    mode = _distributed(database) if isinstance(database, PostgresDatabase) else {}
    settled = Settings(data_dir=folder, public_url=ADDRESS, **mode, **settings)
    app = create_app([replace(service, subscriptions={})], settled, given, clock=clock, background=False)
    async with app.router.lifespan_context(app):
        running = kind(service, app, settled, clock)
        async with running.client:
            yield running


def _distributed(database: PostgresDatabase) -> dict[str, Any]:
    """Settings by which a service knows that it is not alone."""
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return {
        "database_url": SecretStr(url),
        "kafka_bootstrap": "127.0.0.1:1",
        "signing_key": SecretStr("k" * 32),
    }


def _no_feed(_service: Service) -> Any:
    raise AssertionError("a service without subscriptions has no feed")
