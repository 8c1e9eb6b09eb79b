"""Who may do what on the brokers: a service writes the topics that it owns, a subscriber reads and nothing else."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import NamedTuple

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError, KafkaError, SecurityDisabled, for_code
from aiokafka.protocol.admin import CreateAclsRequest

from candor_common.events import CATALOGUE
from candor_common.kafka_client import HANGING_UP, KafkaSettings, within
from candor_common.kafka_refusals import look_at
from candor_common.settings import SettingsError

_ALLOW = 3
_ANYWHERE = "*"
RETRY = 0.1


class Resource(IntEnum):
    """Kafka's numbers for what a right is about."""

    TOPIC = 2
    GROUP = 3


class Match(IntEnum):
    """Kafka's numbers for how a right names it."""

    EXACTLY = 3
    PREFIX = 4


class Operation(IntEnum):
    """Kafka's numbers for what may be done. Reading and writing include looking at what is there."""

    READ = 3
    WRITE = 4
    DESCRIBE_CONFIGS = 10


class Right(NamedTuple):
    """What one user may do with one thing, or with all whose names begin alike."""

    user: str
    operation: Operation
    resource: Resource
    name: str
    match: Match = Match.EXACTLY


def service_rights(service: str, settings: KafkaSettings) -> list[Right]:
    """A service reads every topic of ours, in its own group, and writes those that it emits to.

    How topics are kept is there to be seen for `candor doctor` with the login of a service.
    """
    written = sorted({settings.topic(fact.topic) for fact in CATALOGUE if fact.emitter == service})
    return [
        Right(service, Operation.READ, Resource.TOPIC, settings.prefix, Match.PREFIX),
        Right(service, Operation.DESCRIBE_CONFIGS, Resource.TOPIC, settings.prefix, Match.PREFIX),
        Right(service, Operation.READ, Resource.GROUP, settings.group(service)),
        *(Right(service, Operation.WRITE, Resource.TOPIC, topic) for topic in written),
    ]


def subscriber_rights(user: str, settings: KafkaSettings) -> list[Right]:
    """A subscriber reads every topic of ours, in groups whose names begin with its own and a dot."""
    return [
        Right(user, Operation.READ, Resource.TOPIC, settings.prefix, Match.PREFIX),
        Right(user, Operation.READ, Resource.GROUP, f"{user}.", Match.PREFIX),
    ]


@contextmanager
def refused_in_a_line(settings: KafkaSettings) -> Iterator[None]:
    """Within it, what brokers refuse while topics and rights are made is a SettingsError."""
    try:
        yield
    except KafkaError as error:
        said, user = " ".join(str(error).split())[:200], settings.sasl_username or "this client"
        raise SettingsError(
            f"CANDOR_KAFKA_SASL_USERNAME: the brokers refuse this to {user} ({said}); docs/operating.md says what it needs"
        ) from None


async def grant(settings: KafkaSettings, rights: Sequence[Right], *, limit: float = 60.0) -> bool:
    """Give rights on the brokers; those that are there already stay.

    False when the brokers ask nobody for rights. Waits for a broker that is not up yet; raises TimeoutError after
    `limit` seconds, SettingsError when the brokers don't let us in, and KafkaError when they refuse otherwise.
    """
    async with asyncio.timeout(limit):
        while True:
            try:
                return await _grant(settings, rights)
            except SecurityDisabled:
                return False
            except KafkaConnectionError as error:
                await look_at(settings, error)
                await asyncio.sleep(RETRY)


async def _grant(settings: KafkaSettings, rights: Sequence[Right]) -> bool:
    client = AIOKafkaClient(**settings.client_options())
    try:
        await client.bootstrap()
        for right in rights:
            await _create(client, right)
        return True
    finally:
        await within(HANGING_UP, client.close())


async def _create(client: AIOKafkaClient, right: Right) -> None:
    request = CreateAclsRequest(
        right.resource,
        right.name,
        right.match,
        f"User:{right.user}",
        _ANYWHERE,
        right.operation,
        _ALLOW,
    )
    response = await client.send(client.get_random_node(), request)
    for code, message in response.creation_responses:
        if code:
            raise for_code(code)(message)
