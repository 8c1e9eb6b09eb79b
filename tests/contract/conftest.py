"""What the contract tests share: events, a log for each mode to read them from, and brokers that may be killed."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from candor_common.clock import SystemClock
from candor_common.columns import metadata
from candor_common.database.postgres import PostgresDatabase
from candor_common.events import Contact, Envelope, Fact, Survey, SurveyInvited, Topic
from candor_common.feed import Batch, Feed, Partition, Record
from candor_common.kafka import KafkaSettings, create_topics
from candor_common.kafka_producer import Outgoing, Publisher
from candor_common.trace import new_trace
from candor_common.wire import Headers, headers_of, value_of
from tests.servers.kafka import KafkaAddress
from tests.servers.postgres import PostgresAddress

TOPIC: Topic = "feedback"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def fact(incident: str, number: int, *, comment: str | None = None) -> SurveyInvited:
    """Something that happened to an incident; `number` tells it from the others."""
    survey = Survey(
        id=f"survey-{number}",
        incident_id=incident,
        recipient=Contact(address="ada@example.com"),
        invited_at=NOON,
        expires_at=NOON + timedelta(days=7),
        comment=comment,
    )
    return SurveyInvited(survey=survey)


def envelope(incident: str, number: int) -> Envelope[SurveyInvited]:
    return Envelope(str(uuid4()), "/candor/feedback", NOON, new_trace(), fact(incident, number))


class StoredPositions:
    """Stands in for the table of positions."""

    def __init__(self) -> None:
        self.stored: dict[Partition, int] = {}

    async def __call__(self, partitions: Iterable[Partition]) -> Mapping[Partition, int]:
        return {partition: self.stored.get(partition, 0) for partition in partitions}

    def note(self, batch: Batch) -> None:
        self.stored |= {partition: records[-1].next_offset for partition, records in batch.items()}


async def read_until(feed: Feed, count: int, positions: StoredPositions | None = None) -> list[Record]:
    """The next records, at least so many; fails when they do not come."""
    records: list[Record] = []
    async with asyncio.timeout(25):
        while len(records) < count:
            batch = await feed.read()
            if positions is not None:
                positions.note(batch)
            for its_records in batch.values():
                records += its_records
    return records


def numbers(records: Iterable[Record]) -> dict[str, list[int]]:
    """For each incident the numbers of its events, as they came."""
    found: dict[str, list[int]] = defaultdict(list)
    for record in records:
        assert record.envelope is not None
        assert isinstance(record.envelope.fact, SurveyInvited)
        survey = record.envelope.fact.survey
        found[survey.incident_id].append(int(survey.id.removeprefix("survey-")))
    return dict(found)


async def publish(settings: KafkaSettings, outgoing: Sequence[Outgoing]) -> None:
    publisher = Publisher(settings)
    try:
        await publisher.start()
        assert set(await publisher.send(outgoing)) <= {None}
    finally:
        await publisher.close()


def outgoing(settings: KafkaSettings, event: Envelope[Fact]) -> Outgoing:
    return Outgoing(settings.topic(event.fact.topic), event.key, headers_of(event), value_of(event.fact))


def raw(settings: KafkaSettings, headers: Headers, value: bytes) -> Outgoing:
    return Outgoing(settings.topic(TOPIC), "INC-1", headers, value)


@pytest.fixture
async def kafka(kafka_server: KafkaAddress) -> KafkaSettings:
    """The broker of the test run, with topics of one's own."""
    return await own_topics(kafka_server.bootstrap)


async def own_topics(bootstrap: str) -> KafkaSettings:
    """A prefix that nobody else uses, and one topic under it."""
    settings = KafkaSettings(bootstrap, prefix=f"test-{uuid4().hex[:12]}.")
    await create_topics(settings, [TOPIC])
    return settings


@pytest.fixture
async def postgres_url(postgres_server: PostgresAddress) -> AsyncIterator[str]:
    """A database of one's own with the shared tables."""
    name = f"relay_{uuid4().hex[:12]}"
    url = _for_asyncpg(await postgres_server.create_database(name))
    database = PostgresDatabase(url, SystemClock())
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await database.close()
    yield url
    await postgres_server.drop_database(name)


def _for_asyncpg(url: str) -> str:
    return url.replace("postgresql://", "postgresql+asyncpg://", 1)


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[PostgresDatabase]:
    opened = PostgresDatabase(postgres_url, SystemClock())
    yield opened
    await opened.close()


@pytest.fixture
def sqlite_path(tmp_path: Path) -> Path:
    return tmp_path / "candor.db"
