"""The fixtures `kafka_server` and `postgres_server`: real ones, started when first asked for, one per test run."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from tests.servers.kafka import KafkaAddress
from tests.servers.postgres import PostgresAddress
from tests.servers.shared import address_of


@dataclass(frozen=True)
class TestRun:
    """What all processes of one test run have in common."""

    __test__ = False

    directory: Path
    pid: int


class WorkerNode(Protocol):
    """What pytest-xdist hands over about a worker that is about to start."""

    config: pytest.Config
    workerinput: dict[str, object]


RUN = pytest.StashKey[TestRun]()


def pytest_configure(config: pytest.Config) -> None:
    given = getattr(config, "workerinput", None)
    if given is None:
        directory = Path(tempfile.mkdtemp(prefix="candor-tests-"))
        # PostgreSQL runs as somebody else when the tests run as root, and must be able to pass through.
        directory.chmod(0o711)
        config.stash[RUN] = TestRun(directory, os.getpid())
    else:
        config.stash[RUN] = TestRun(Path(given["candor_directory"]), int(given["candor_pid"]))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerNode) -> None:
    run = node.config.stash[RUN]
    node.workerinput |= {"candor_directory": str(run.directory), "candor_pid": run.pid}


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(config.stash[RUN].directory, ignore_errors=True)


@pytest.fixture(scope="session")
def kafka_server(pytestconfig: pytest.Config) -> KafkaAddress:
    """The Kafka of this test run. Use topics and groups of your own; to kill one, make your own KafkaServer."""
    run = pytestconfig.stash[RUN]
    return KafkaAddress(address_of("kafka", run.directory, run.pid))


@pytest.fixture(scope="session")
def postgres_server(pytestconfig: pytest.Config) -> PostgresAddress:
    """The PostgreSQL of this test run. Create a database of your own; to kill one, make your own PostgresServer."""
    run = pytestconfig.stash[RUN]
    return PostgresAddress(address_of("postgres", run.directory, run.pid))
