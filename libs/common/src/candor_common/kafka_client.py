"""What all clients of Kafka share: how to reach the brokers, how much to log, how to end in time."""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from aiokafka import AIOKafkaConsumer

from candor_common.settings import SettingsError
from candor_common.topics import PREFIX, topic_name

REQUEST_TIMEOUT = 20.0
"""Seconds after which a broker that says nothing counts as gone. A join of a group may take ten of them."""

HANGING_UP = 3.0
"""Seconds that a client of a moment gets to close. What is left open over TLS outlives the loop of a command."""


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """Where the brokers are and how to log in."""

    bootstrap: str
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    sasl_username: str | None = None
    sasl_password: str | None = field(default=None, repr=False)
    ssl_cafile: str | None = None
    prefix: str = PREFIX
    """Before the names of topics and groups, so that several installations can share brokers."""

    def topic(self, name: str) -> str:
        return topic_name(name, self.prefix)

    def group(self, subscription: str) -> str:
        return f"{self.prefix}{subscription}"

    def client_options(self) -> dict[str, Any]:
        """The arguments that every kind of client takes. Raises SettingsError for authorities that can't be read."""
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap.split(","),
            "request_timeout_ms": int(REQUEST_TIMEOUT * 1000),
            "security_protocol": self.security_protocol,
        }
        if self.security_protocol.endswith("SSL"):
            options["ssl_context"] = self._trust()
        if self.security_protocol.startswith("SASL"):
            options["sasl_mechanism"] = self.sasl_mechanism
            options["sasl_plain_username"] = self.sasl_username
            options["sasl_plain_password"] = self.sasl_password
        return options

    def _trust(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.ssl_cafile)
        except OSError as error:  # an SSLError is one, too
            wrong = f"CANDOR_KAFKA_SSL_CAFILE: {self.ssl_cafile}: {error.strerror or error}"
            raise SettingsError(f"{wrong}; name a PEM file with the authorities to trust") from None


class RateLimit(logging.Filter):
    """Lets a message pass once per span, whatever its arguments, and says then how many it has held back.

    While a broker is away its client writes a hundred lines a second.
    """

    def __init__(self, span: float = 10.0, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._span = span
        self._clock = clock
        self._passed: dict[tuple[str, str], float] = {}
        self._held: dict[tuple[str, str], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        text, now = (record.name, str(record.msg)), self._clock()
        if now - self._passed.get(text, -self._span) < self._span:
            self._held[text] = self._held.get(text, 0) + 1
            return False
        self._passed[text] = now
        if held := self._held.pop(text, 0):
            record.msg, record.args = f"{record.getMessage()} ({held} more like this)", ()
        return True


def limit_client_logs() -> None:
    """Put the limit on the loggers of aiokafka; calling it again changes nothing.

    A filter acts only on the logger that it is put on, never on those below it.
    """
    limit = RateLimit()
    for name in [one for one in logging.root.manager.loggerDict if one.split(".")[0] == "aiokafka"]:
        logger = logging.getLogger(name)
        if not any(isinstance(one, RateLimit) for one in logger.filters):
            logger.addFilter(limit)


async def within(seconds: float, work: Awaitable[object]) -> None:
    """Wait for work that may hang, fail or be cancelled from inside, as a client that is closed may."""
    task = asyncio.ensure_future(work)
    await asyncio.wait([task], timeout=seconds)
    if not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=0.1)
    if task.done() and not task.cancelled():
        task.exception()


async def close_consumer(consumer: AIOKafkaConsumer) -> None:
    """aiokafka's own `stop` may wait long for a broker, or be cancelled from inside before it closes the client."""
    await within(2.0, consumer.stop())
    if consumer._fetcher is not None:
        await within(0.5, consumer._fetcher.close())
    await within(1.0, consumer._client.close())
