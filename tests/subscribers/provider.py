"""Candor with the Kafka and the PostgreSQL of a provider: TLS, logins and rights everywhere."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from candor_common.events import Emitter
from candor_common.kafka import create_topics
from candor_common.kafka_rights import grant, service_rights, subscriber_rights
from candor_common.keys import KeyRing
from candor_common.provision import SERVICES
from tests.servers.certificates import certified
from tests.servers.secure_kafka import EITHER, OPERATOR, PASSWORD, PLAIN, SecureKafka, mechanism_of
from tests.servers.secure_postgres import SecurePostgres
from tests.worlds import charters
from tests.worlds.distributed import Installation

SUBSCRIBER = EITHER
SERVICE_NAMES: tuple[Emitter, ...] = ("intake", "triage", "sla-timer", "notifier", "feedback")


@dataclass(frozen=True)
class Provider:
    """Both servers, with topics and rights as `candor setup provision` makes them."""

    folder: Path
    kafka: SecureKafka
    postgres: SecurePostgres

    def environment(self, user: str) -> dict[str, str]:
        """How a process of Candor's reaches the brokers."""
        return {
            "CANDOR_KAFKA_BOOTSTRAP": self.kafka.secure,
            "CANDOR_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "CANDOR_KAFKA_SASL_MECHANISM": mechanism_of(user),
            "CANDOR_KAFKA_SASL_USERNAME": user,
            "CANDOR_KAFKA_SASL_PASSWORD": PASSWORD,
            "CANDOR_KAFKA_SSL_CAFILE": str(self.kafka.certificates.authority),
        }


@contextmanager
def provided(folder: Path) -> Iterator[Provider]:
    """From the start of both servers to their end."""
    certificates = certified(folder / "certificates")
    kafka, postgres = (
        SecureKafka(folder / "kafka", certificates),
        SecurePostgres(folder / "postgres", certificates),
    )
    try:
        postgres.start()
        kafka.start()
        kafka.add_users(*(name for name in (*SERVICES, SUBSCRIBER) if name not in PLAIN))
        asyncio.run(_set_up(kafka))
        yield Provider(folder, kafka, postgres)
    finally:
        for server in (kafka, postgres):
            server.kill()


async def _set_up(kafka: SecureKafka) -> None:
    operator = kafka.settings(OPERATOR)
    await create_topics(operator)
    rights = [right for name in SERVICE_NAMES for right in service_rights(name, operator)]
    assert await grant(operator, [*rights, *subscriber_rights(SUBSCRIBER, operator)])


@dataclass
class Running:
    """All five services at a provider's."""

    provider: Provider
    installation: Installation
    key: str
    references: list[str] = field(default_factory=list)

    def url(self, service: str) -> str:
        return self.installation.processes[service].url

    def call(self, service: str, method: str, path: str, body: object = None, **headers: str) -> Any:
        """Ask a service as somebody who may do everything."""
        answer = httpx.request(
            method,
            self.url(service) + path,
            json=body,
            headers={"Authorization": f"Bearer {self.key}", **headers},
            timeout=20,
            trust_env=False,
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def post(self, subject: str) -> str:
        """Somebody asks for something; returns the reference that was given."""
        sender = f"{len(self.references)}@shop.example"
        body = {"subject": subject, "text": "打印机坏了", "from": {"address": sender}}
        self.references.append(self.call("intake", "POST", "/v1/requests", body)["reference"])
        return self.references[-1]

    def board(self) -> dict[str, dict[str, Any]]:
        """Today's board over HTTP, by incident."""
        found = self.call("triage", "GET", "/v1/incidents?limit=200")
        assert found["next"] is None
        return {one["id"]: _without_nothing(one) for one in found["incidents"]}


def _without_nothing(value: Any) -> Any:
    """The same without fields that hold nothing, which events leave out."""
    if isinstance(value, dict):
        return {name: _without_nothing(one) for name, one in value.items() if one is not None}
    return [_without_nothing(one) for one in value] if isinstance(value, list) else value


@contextmanager
def running_at(provider: Provider) -> Iterator[Running]:
    """All services, from when each works to their end."""
    folder = provider.folder / "candor"
    folder.mkdir()
    key = KeyRing(folder / "keys.json").add("everybody", ["post", "read", "work", "operate"])
    shared = {"CANDOR_KEYS_FILE": str(folder / "keys.json"), "CANDOR_WEBHOOK_ALLOW": "127.0.0.0/8"}
    installation = Installation(
        folder,
        bootstrap=provider.kafka.bootstrap,
        database=asyncio.run(_database(provider.postgres)),
        charter=charters.write(charters.hurried(60), folder / "charter.yaml"),
        environments={name: {**shared, **provider.environment(name)} for name in SERVICES},
    )
    try:
        installation.start()
        yield Running(provider, installation, key)
    finally:
        installation.stop()


async def _database(postgres: SecurePostgres) -> str:
    await postgres.create_database("candor")
    return postgres.secure("candor")
