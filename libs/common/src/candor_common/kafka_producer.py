"""Sends records to Kafka: idempotent, in order, and without a limit of time, so that an outage needs no retry."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError, ProducerClosed, RecordListTooLargeError

from candor_common.kafka_client import KafkaSettings, limit_client_logs, within
from candor_common.wire import Headers

BATCH_BYTES = 262_144
_OVERHEAD = 80
"""More than a record takes besides its key, value and headers."""


class Refused(Exception):
    """The broker will never take this record."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record on its way to a topic."""

    topic: str
    key: str
    headers: Headers
    value: bytes

    @property
    def size(self) -> int:
        """Bytes on the wire, rather too many than too few."""
        headers = sum(len(name) + len(value.encode()) + 4 for name, value in self.headers.items())
        return len(self.key.encode()) + len(self.value) + headers + _OVERHEAD


class Publisher:
    """One producer. Records of one key keep their order as long as each call stays within `BATCH_BYTES`: then a
    partition gets one batch per call, and there is no later batch that could pass one that fails."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._producer = AIOKafkaProducer(
            **settings.client_options(),
            client_id="candor-relay",
            enable_idempotence=True,
            acks="all",
            linger_ms=0,
            max_batch_size=BATCH_BYTES,
        )
        self.spent = False
        """True after a failure: the broker then refuses what follows in that partition, so take a new one."""

    async def start(self) -> None:
        """Raises when no broker answers."""
        limit_client_logs()
        await self._producer.start()

    async def send(self, records: Sequence[Outgoing]) -> list[Exception | None]:
        """Send and wait until the brokers have answered for each record, however long that takes.

        The answer is None for one that is stored, `Refused` for one that never will be, or what went wrong.
        """
        answers = [await self._send(record) for record in records]
        return [_outcome(one) for one in await asyncio.gather(*answers, return_exceptions=True)]

    async def _send(self, record: Outgoing) -> "asyncio.Future[Any]":
        headers = [(name, value.encode()) for name, value in record.headers.items()]
        try:
            answer: asyncio.Future[Any] = await self._producer.send(
                record.topic, record.value, key=record.key.encode(), headers=headers
            )
        except MessageSizeTooLargeError as error:
            answer = asyncio.get_running_loop().create_future()
            answer.set_exception(Refused(str(error)))
        else:
            answer.add_done_callback(self._look)
        return answer

    def _look(self, answer: "asyncio.Future[Any]") -> None:
        self.spent |= answer.cancelled() or answer.exception() is not None

    async def close(self) -> None:
        """End within two seconds and without an error, also when the broker is gone. What waits for an answer is
        given up: aiokafka's own `stop` would wait for it for ever, so its parts are closed without it."""
        self._producer._closed = True
        await within(1.0, self._producer._sender.close())
        await within(0.5, self._producer.client.close())


def _outcome(answer: object) -> Exception | None:
    if isinstance(answer, MessageSizeTooLargeError | RecordListTooLargeError):
        return Refused(str(answer))
    if isinstance(answer, BaseException):
        return answer if isinstance(answer, Exception) else ProducerClosed()
    return None
