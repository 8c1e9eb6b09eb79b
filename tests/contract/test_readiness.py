"""A service on Kafka is ready only when it knows its partitions."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import APIRouter

from candor_common.clock import Clock, SystemClock
from candor_common.database.postgres import PostgresDatabase
from candor_common.events import Emitter, SurveyInvited
from candor_common.kafka import KafkaFeed, KafkaSettings
from candor_common.runtime import Wiring, create_app
from candor_common.service import Service
from candor_common.settings import Settings
from tests.contract.conftest import TOPIC
from tests.servers.postgres import PostgresAddress


@pytest.fixture
async def database(postgres_server: PostgresAddress) -> AsyncIterator[PostgresDatabase]:
    """One without tables: a service makes its own."""
    name = f"readiness_{uuid4().hex[:12]}"
    url = await postgres_server.create_database(name)
    opened = PostgresDatabase(url.replace("postgresql://", "postgresql+asyncpg://", 1), SystemClock())
    yield opened
    await opened.close()
    await postgres_server.drop_database(name)


@asynccontextmanager
async def serving(
    name: Emitter,
    folder: Path,
    database: PostgresDatabase,
    settings: KafkaSettings,
    topics: "asyncio.Future[None]",
) -> AsyncIterator[httpx.AsyncClient]:
    """A service that begins to read once its topics are there, with nothing else that runs."""

    @asynccontextmanager
    async def mode(_settings: Settings, _clock: Clock, _services: Sequence[Service]) -> AsyncIterator[Wiring]:
        yield Wiring(database, lambda of: KafkaFeed(settings, of.name, [settings.topic(TOPIC)], topics))

    def ignore(*_given: Any) -> None:
        pass

    service = Service(name, APIRouter(), {SurveyInvited: ignore})
    app = create_app([service], Settings(data_dir=folder), mode, clock=SystemClock(), background=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://candor") as client,
    ):
        yield client


async def unwell(client: httpx.AsyncClient) -> list[str]:
    """The checks that keep it from being ready."""
    answer = await client.get("/readyz")
    names = [one["name"] for one in answer.json()["checks"] if not one["ok"]]
    assert (answer.status_code == 200) == (names == [])
    return names


async def test_a_service_is_ready_when_it_has_its_partitions_and_not_before(
    tmp_path: Path, database: PostgresDatabase, kafka: KafkaSettings
) -> None:
    topics = asyncio.get_running_loop().create_future()
    async with serving("triage", tmp_path, database, kafka, topics) as client:
        assert await unwell(client) == ["triage consumer"]
        topics.set_result(None)
        async with asyncio.timeout(20):
            while await unwell(client):
                await asyncio.sleep(0.05)


async def test_intake_accepts_before_it_reads(
    tmp_path: Path, database: PostgresDatabase, kafka: KafkaSettings
) -> None:
    topics = asyncio.get_running_loop().create_future()
    async with serving("intake", tmp_path, database, kafka, topics) as client:
        assert await unwell(client) == []
