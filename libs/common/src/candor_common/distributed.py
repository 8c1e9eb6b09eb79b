"""The distributed mode: a process per service and replica, PostgreSQL for state, Kafka between them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy.exc import SQLAlchemyError

from candor_common.clock import Clock
from candor_common.database import PostgresDatabase
from candor_common.kafka import KafkaFeed, KafkaSettings, create_topics
from candor_common.relay import Relay
from candor_common.runtime import Wiring, create_app
from candor_common.server import prepared_settings, serve
from candor_common.service import Service
from candor_common.settings import Settings, SettingsError
from candor_common.telemetry import Check, relay_oldest_seconds

MOST_AGE = 60.0
"""Seconds that an event may wait for Kafka before the process counts as not ready."""


@asynccontextmanager
async def distributed(settings: Settings, clock: Clock, services: Sequence[Service]) -> AsyncIterator[Wiring]:
    """The mode in which one service has a schema of its own and reads from and writes to Kafka."""
    if settings.database_url is None or settings.kafka_bootstrap is None:
        raise SettingsError(
            "set CANDOR_DATABASE_URL and CANDOR_KAFKA_BOOTSTRAP, or run `candor up` for one process"
        )
    kafka = kafka_settings(settings)
    await create_topics(kafka, partitions=settings.kafka_partitions, replication=settings.kafka_replication)
    database = PostgresDatabase(settings.database_url.get_secret_value(), clock)
    relay = Relay(database, kafka)

    def feed(of: Service) -> KafkaFeed:
        return KafkaFeed(kafka, of.name, of.topics)

    async def check() -> list[Check]:
        return [await _relay_check(relay)]

    try:
        yield Wiring(database, feed, rest_factor=4.0, tasks={"relay": relay.run}, check=check)
    finally:
        await relay.stop()
        await database.close()


async def _relay_check(relay: Relay) -> Check:
    """Well as long as no event waits for Kafka longer than a minute."""
    try:
        waiting = await relay.oldest_unpublished()
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        return Check("relay", False, f"{type(error).__name__}; see the database")
    age = waiting.total_seconds() if waiting else 0.0
    relay_oldest_seconds.set(age)
    return Check("relay", age < MOST_AGE, f"the oldest event waits {age:.0f} s for Kafka; check that it runs")


def kafka_settings(settings: Settings) -> KafkaSettings:
    password = settings.kafka_sasl_password
    return KafkaSettings(
        bootstrap=settings.kafka_bootstrap or "",
        security_protocol=settings.kafka_security_protocol,
        sasl_mechanism=settings.kafka_sasl_mechanism,
        sasl_username=settings.kafka_sasl_username,
        sasl_password=password.get_secret_value() if password else None,
        ssl_cafile=settings.kafka_ssl_cafile,
    )


def main(service: Service) -> None:
    """Run one service: `python -m candor_triage`."""
    settings = prepared_settings()
    serve(create_app([service], settings, distributed), settings)
