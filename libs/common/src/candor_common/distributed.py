"""The distributed mode: a process per service and replica, PostgreSQL for state, Kafka between them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from candor_common.clock import Clock
from candor_common.database.postgres import PostgresDatabase
from candor_common.kafka import KafkaFeed, KafkaSettings, create_topics
from candor_common.relay import Relay
from candor_common.runtime import Wiring, create_app
from candor_common.server import prepared_settings, serve
from candor_common.service import Service
from candor_common.settings import Settings, SettingsError


@asynccontextmanager
async def distributed(settings: Settings, clock: Clock, services: Sequence[Service]) -> AsyncIterator[Wiring]:
    """The mode in which one service has a schema of its own and reads from and writes to Kafka."""
    if settings.database_url is None or settings.kafka_bootstrap is None:
        raise SettingsError(
            "set CANDOR_DATABASE_URL and CANDOR_KAFKA_BOOTSTRAP, or run `candor up` for one process"
        )
    [service] = services
    kafka = kafka_settings(settings)
    # In the background: a service starts, and intake accepts, while the brokers are away.
    topics = asyncio.ensure_future(
        create_topics(
            kafka, partitions=settings.kafka_partitions, replication=settings.kafka_replication, limit=None
        )
    )
    database = PostgresDatabase(settings.database_url.get_secret_value(), clock)
    relay = Relay(database, kafka, service.name)

    def feed(of: Service) -> KafkaFeed:
        return KafkaFeed(kafka, of.name, [kafka.topic(topic) for topic in of.topics], topics)

    async def publish() -> None:
        await asyncio.shield(topics)
        await relay.run()

    try:
        yield Wiring(database, feed, rest_factor=4.0, tasks={"relay": publish}, check=relay.check)
    finally:
        topics.cancel()
        await relay.stop()
        await database.close()


def kafka_settings(settings: Settings) -> KafkaSettings:
    password = settings.kafka_sasl_password
    return KafkaSettings(
        bootstrap=settings.kafka_bootstrap or "",
        security_protocol=settings.kafka_security_protocol,
        sasl_mechanism=settings.kafka_sasl_mechanism,
        sasl_username=settings.kafka_sasl_username,
        sasl_password=password.get_secret_value() if password else None,
        ssl_cafile=str(settings.kafka_ssl_cafile) if settings.kafka_ssl_cafile else None,
    )


def main(service: Service) -> None:
    """Run one service: `python -m candor_triage`."""
    settings = prepared_settings()
    serve(create_app([service], settings, distributed), settings)
