"""PostgreSQL and Kafka come apart: a restore makes them agree again, with a Kafka that is ahead and with an empty one.

One story in three parts, since starting brokers and services is what takes the time.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from candor_common.events import IncidentState
from tests.operating.candor import board, post, ran, run
from tests.servers.kafka import KafkaServer
from tests.servers.postgres import PostgresAddress
from tests.worlds import charters
from tests.worlds.distributed import SIGNING_KEY, Installation, set_up
from tests.worlds.topics import TopicReader

PATIENCE = 90.0


def until(happened: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, f"not in time: {what}"
        time.sleep(0.1)


class Stack:
    """Five services, their broker and their database, and the operator's shell beside them."""

    def __init__(self, folder: Path, broker: KafkaServer, database: str) -> None:
        folder.mkdir(parents=True)
        self.broker = broker
        charter = charters.write(charters.hurried(60), folder / "charter.yaml")
        self.installation = Installation(
            folder, bootstrap=broker.bootstrap, database=database, charter=charter
        )
        self.environment = {
            "CANDOR_DATABASE_URL": database,
            "CANDOR_KAFKA_BOOTSTRAP": broker.bootstrap,
            "CANDOR_SIGNING_KEY": SIGNING_KEY,
            "CANDOR_DATA_DIR": str(folder / "operator"),
            "CANDOR_CHARTER": str(charter),
        }

    def candor(self, *arguments: str) -> str:
        return ran(arguments, self.environment)

    def services(self) -> None:
        """Start all, or start them again."""
        for process in self.installation.processes.values():
            process.start()
        for process in self.installation.processes.values():
            process.wait_until_ready()

    def kill(self) -> None:
        for process in self.installation.processes.values():
            process.kill()

    def running(self) -> list[str]:
        return [name for name, one in self.installation.processes.items() if one.running]

    def post(self, count: int) -> list[str]:
        with httpx.Client(base_url=self.installation.processes["intake"].url, trust_env=False) as client:
            # Each of somebody else, since nobody is acknowledged more than a few times in an hour.
            return [
                post(client, f"Question {number}", f"{uuid4().hex}@shop.example") for number in range(count)
            ]

    def ids(self) -> set[str]:
        return {one["id"] for one in self.board()}

    def board(self) -> list[dict[str, Any]]:
        with httpx.Client(base_url=self.installation.processes["triage"].url, trust_env=False) as client:
            return board(client)

    def promised(self, reference: str) -> int:
        """How many first answers are promised for an incident."""
        url = f"{self.installation.processes['sla-timer'].url}/v1/promises"
        found = httpx.get(url, params={"incident": reference}, trust_env=False).json()["items"]
        return sum(one["kind"] == "first_response" for one in found)

    def told(self, reference: str) -> bool:
        """Whether all have heard of an incident: its acknowledgement has left."""
        return any(reference in str(mail.message["Subject"]) for mail in self.installation.sink.mails())


@pytest.fixture(scope="module")
def backups(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("backups")


@pytest.fixture(scope="module")
def stacks(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresAddress
) -> Iterator[Callable[[str], Stack]]:
    folder, made = tmp_path_factory.mktemp("stacks"), list[tuple[Stack, str]]()

    def make(name: str) -> Stack:
        broker, database = KafkaServer(folder / name / "kafka"), f"operating_{uuid4().hex[:12]}"
        broker.start()
        stack = Stack(
            folder / name / "candor", broker, asyncio.run(postgres_server.create_database(database))
        )
        made.append((stack, database))
        asyncio.run(set_up(stack.installation.database))
        stack.installation.sink.start()
        return stack

    yield make
    for stack, database in made:
        stack.installation.stop()
        stack.broker.kill()
        asyncio.run(postgres_server.drop_database(database))


def test_what_is_restored_agrees_with_a_kafka_that_is_ahead_and_with_an_empty_one(
    stacks: Callable[[str], Stack], backups: Path
) -> None:
    stack, archive = stacks("first"), backups / "early.tar.gz"
    stack.services()
    before = stack.post(4)
    until(lambda: all(map(stack.told, before)), "the first incidents")
    stack.candor("backup", str(archive))
    after = stack.post(3)
    until(lambda: all(map(stack.told, after)), "incidents after the backup")
    refused = run(["restore", str(archive), "--replace"], stack.environment)
    assert (refused.status, "stop the services first" in refused.said) == (1, True)
    stack.kill()

    said = stack.candor("restore", str(archive), "--replace")
    assert "3 posts of customers after the backup are taken from the topics" in said
    stack.services()
    _it_goes_on(stack, before, after)
    _everything_is_lost_but_the_backup(stack, stacks, backups / "late.tar.gz")


def _it_goes_on(stack: Stack, before: list[str], after: list[str]) -> None:
    until(lambda: stack.ids() == {*before, *after}, "what customers wrote after the backup is there again")
    fresh = stack.post(2)
    until(lambda: set(fresh) <= stack.ids(), "posting goes on")
    assert len({*before, *after, *fresh}) == 9
    until(lambda: all(stack.promised(one) == 1 for one in [*before, *after, *fresh]), "one promise each")
    assert stack.running() == list(stack.installation.processes)
    assert not [
        line for line in stack.installation.troubles() if "events_lost" in line or "task_died" in line
    ]
    parked = httpx.get(
        f"{stack.installation.processes['triage'].url}/v1/parked/triage", trust_env=False
    ).json()
    assert {one["subject"] for one in parked} == set(after)

    asked = {**stack.environment, "CANDOR_PUBLIC_URL": stack.installation.processes["triage"].url}
    assert "debug" in ran(["log-level", "triage", "debug", "--for", "5m"], asked)
    because = ["--all", "--reason", "of the time after the backup"]
    assert f"discarded {len(parked)}" in ran(["parked", "discard", "triage", *because], asked)
    stack.installation.processes["triage"].wait_until_logged("log_level_changed", within=30)


def _everything_is_lost_but_the_backup(stack: Stack, stacks: Callable[[str], Stack], archive: Path) -> None:
    stack.candor("backup", str(archive))
    shown, known = stack.board(), stack.ids()
    stack.kill()
    stack.broker.kill()
    other = stacks("second")
    other.candor("restore", str(archive))
    other.services()
    assert other.board() == shown
    reader = TopicReader(other.broker.bootstrap)
    try:
        until(lambda: _states(reader) >= known, "the compacted topic has today's board")
    finally:
        reader.close()
    fresh = other.post(1)
    until(lambda: set(fresh) <= other.ids(), "posting goes on")
    assert int(fresh[0][4:]) > max(int(one[4:]) for one in known)
    until(lambda: all(other.promised(one) == 1 for one in known | set(fresh)), "one promise each")
    assert other.running() == list(other.installation.processes)
    lines = [line for line in other.candor("doctor").splitlines() if line.startswith("problem")]
    assert lines == []


def _states(reader: TopicReader) -> set[str]:
    """The incidents whose state a newcomer reads."""
    return {one.fact.incident.id for one in reader.all_events() if isinstance(one.fact, IncidentState)}
