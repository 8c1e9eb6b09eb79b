"""One provider's servers, and one Candor there, for all tests of this folder: they are one group, which runs in one
worker."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.instance import until
from tests.plugins.real_servers import RUN
from tests.servers.certificates import NAME
from tests.servers.secure_kafka import PASSWORD, mechanism_of
from tests.subscribers.provider import SUBSCRIBER, Provider, Running, provided, running_at


@pytest.fixture(scope="package")
def provider(pytestconfig: pytest.Config) -> Iterator[Provider]:
    """A Kafka and a PostgreSQL that let nobody in without TLS and a password."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    folder = pytestconfig.stash[RUN].directory / f"provider-{worker}"
    folder.mkdir()
    with provided(folder) as made:
        yield made


@pytest.fixture(scope="package")
def running(provider: Provider) -> Iterator[Running]:
    """All five services there, with a board that has something on it."""
    with running_at(provider) as made:
        for number in range(3):
            made.post(f"Printer {number}")
        until(lambda: set(made.references) <= set(made.board()) or None, "the incidents")
        yield made


@pytest.fixture
def outside(running: Running, tmp_path: Path) -> dict[str, str]:
    """What a reader of the page exports."""
    kafka = running.provider.kafka
    return {
        "KAFKA": f"{NAME}:{kafka.secure_port}",
        "KAFKA_USER": SUBSCRIBER,
        "KAFKA_PASSWORD": PASSWORD,
        "KAFKA_PROTOCOL": "SASL_SSL",
        "KAFKA_MECHANISM": mechanism_of(SUBSCRIBER),
        "KAFKA_CA": str(kafka.certificates.authority),
        "CANDOR_URL": running.url("triage"),
        "CANDOR_KEY": running.key,
        "HOME": str(tmp_path),
        "no_proxy": "*",
    }
