"""The same stories, told by five real processes on a real Kafka and a real PostgreSQL."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import asyncpg
import httpx
import pytest

from candor_common.events import IncidentOpened, PromiseBreached
from candor_common.provision import SERVICES, role_of
from tests.servers.kafka import KafkaServer
from tests.servers.postgres import PostgresAddress
from tests.worlds import charters
from tests.worlds.distributed import Installation, RealTime, until, url_of
from tests.worlds.processes import Process
from tests.worlds.stories import SHARED

SECONDS_PER_MINUTE = 0.1
STOPS_WITHIN = 10.0


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """A broker of its own, because it is paused. It comes up while the services do."""
    server = KafkaServer(tmp_path_factory.mktemp("kafka"))
    with ThreadPoolExecutor(1) as starting:
        started = starting.submit(server.start)
        yield server
        started.result()
        server.resume()
        server.kill()


@pytest.fixture(scope="module")
def database(postgres_server: PostgresAddress) -> Iterator[str]:
    name = f"distributed_{uuid4().hex[:12]}"
    yield asyncio.run(postgres_server.create_database(name))
    asyncio.run(postgres_server.drop_database(name))


@pytest.fixture(scope="module")
def installation(
    tmp_path_factory: pytest.TempPathFactory, broker: KafkaServer, database: str
) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("candor")
    charter = charters.write(charters.hurried(SECONDS_PER_MINUTE), folder / "charter.yaml")
    made = Installation(folder, bootstrap=broker.bootstrap, database=database, charter=charter)
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def replica(installation: Installation) -> Process:
    """A second triage that has its share of the partitions."""
    made = installation.add_replica("triage")
    made.start()
    made.wait_until_ready()
    installation.wait_until_members_work({"triage": 2})
    return made


@pytest.fixture
async def client(installation: Installation) -> AsyncIterator[httpx.AsyncClient]:
    async with installation.client() as opened:
        yield opened


@pytest.fixture
async def stage(installation: Installation, client: httpx.AsyncClient) -> AsyncIterator[RealTime]:
    made = RealTime(installation, client, SECONDS_PER_MINUTE)
    yield made
    made.close()


async def test_the_stories_come_true_side_by_side(stage: RealTime) -> None:
    wrong = await stage.tell_all(SHARED)
    assert not wrong, "\n\n".join(wrong)
    late = [
        (one.fact.fired_at - one.fact.promise.due_at).total_seconds()
        for one in stage.events()
        if isinstance(one.fact, PromiseBreached)
    ]
    assert late
    assert all(0 <= seconds < 10 for seconds in late), late


async def test_the_role_of_a_service_reaches_no_other_schema(installation: Installation) -> None:
    for service in SERVICES:
        connection = await asyncpg.connect(url_of(installation.database, service))
        try:
            assert await connection.fetchval("SELECT current_schema()") == role_of(service)
            for other in set(SERVICES) - {service}:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.fetch(f"SELECT * FROM {role_of(other)}.outbox")
        finally:
            await connection.close()


@pytest.mark.usefixtures("replica")
async def test_two_replicas_share_the_partitions_and_open_each_incident_once(stage: RealTime) -> None:
    references = [await _post(stage.http, f"Question {number}") for number in range(20)]

    def opened() -> list[str]:
        facts = [one.fact for one in stage.events()]
        return [
            one.incident.id
            for one in facts
            if isinstance(one, IncidentOpened) and one.incident.id in references
        ]

    await until(lambda: len(opened()) >= len(references), 60)
    assert sorted(opened()) == sorted(references)


async def _post(client: httpx.AsyncClient, subject: str) -> str:
    body = {"subject": subject, "text": "How do I add a user?", "from": {"address": "bob@replicas.example"}}
    answer = await client.post("/v1/requests", json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["reference"])


def test_a_second_signal_ends_a_service_at_once(replica: Process, broker: KafkaServer) -> None:
    broker.pause()
    try:
        replica.signal(signal.SIGTERM)
        replica.wait_until_logged("Shutting down")
        replica.signal(signal.SIGTERM)
        assert replica.wait(15) < 4
    finally:
        broker.resume()


def test_every_service_stops_in_time_while_the_broker_says_nothing(
    installation: Installation, broker: KafkaServer
) -> None:
    """The last test of the file: nothing runs after it."""
    processes = [installation.processes[name] for name in SERVICES]
    broker.pause()
    try:
        for process in processes:
            process.signal(signal.SIGTERM)
        took = {process.name: process.wait(STOPS_WITHIN + 15) for process in processes}
    finally:
        broker.resume()
    assert all(seconds < STOPS_WITHIN for seconds in took.values()), took
    for process in processes:
        process.wait_until_logged("Finished server process", within=0)
