"""Copies the outbox of a service to Kafka, in order and at least once.

Of several replicas one publishes: the one whose connection holds a lock in the database. It reads the rows over that
same connection, so that a replica that has lost the lock can't go on by mistake.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from time import monotonic

import structlog
from sqlalchemy import RowMapping
from sqlalchemy.exc import SQLAlchemyError

from candor_common import outbox, positions, telemetry
from candor_common.database import OUTBOX, Transaction
from candor_common.database.postgres import PostgresDatabase
from candor_common.feed import Partition, Record
from candor_common.kafka_client import KafkaSettings
from candor_common.kafka_producer import BATCH_BYTES, Outgoing, Publisher, Refused
from candor_common.outbox import headers_of_row
from candor_common.seat import Seat
from candor_common.telemetry import Check

PASS = 500
POLL = 1.0
"""Seconds after which the relay looks by itself: the net below the bells."""
RETRY = 1.0
LONGEST_REST = 0.1
MOST_WAIT = timedelta(minutes=5)
"""How long an event may wait before the process says that it is not well."""


class Relay:
    """Publishes what the transactions of one database have emitted."""

    def __init__(self, database: PostgresDatabase, settings: KafkaSettings, service: str = "") -> None:
        self._service = service
        self._log = structlog.get_logger().bind(service=service)
        self._database = database
        self._settings = settings
        self._wake = database.bells.listen(OUTBOX)
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._one_by_one = False
        self.elected = False
        """Whether it is this replica that publishes."""

    async def start(self) -> None:
        self._task = asyncio.create_task(self.run(), name="relay")

    async def stop(self) -> None:
        """Finish the pass under way and end, within five seconds also when broker or database are gone."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=1.0)
            self._task.cancel()
            await asyncio.wait([self._task], timeout=4.0)

    async def oldest_unpublished(self) -> timedelta | None:
        """How long the oldest event has been waiting; None when none waits."""
        moment = await self._database.read(outbox.oldest_unpublished)
        return None if moment is None else self._database.clock.now() - moment

    async def check(self) -> Sequence[Check]:
        """Whether events get out, for the readiness of the process."""
        try:
            age = await self.oldest_unpublished() or timedelta()
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            return [Check("relay", False, f"{type(error).__name__}; check the database")]
        telemetry.relay_oldest_seconds.set(age.total_seconds())
        detail = f"the oldest event waits for {age.total_seconds():.0f} s"
        late = age > MOST_WAIT
        # Without brokers intake still accepts and keeps, so nobody should be sent away from it.
        well = not late or self._service == "intake"
        return [Check("relay", well, f"{detail}; check the brokers" if late else detail)]

    async def run(self) -> None:
        """Be a candidate, and publish while elected, until stopped or cancelled. After any failure, of the database
        or of the broker, everything is given up and made anew, so that another replica gets its chance too."""
        while not self._stopping:
            try:
                async with self._seated() as seat, self._publisher() as publisher:
                    await self._publish_all(seat, publisher)
            except Exception as error:  # noqa: BLE001 - one of the three loops that may catch everything
                self._log.warning("relay_failed", error=f"{type(error).__name__}: {error}"[:300])
                await asyncio.sleep(RETRY)

    @asynccontextmanager
    async def _seated(self) -> AsyncIterator[Seat]:
        seat = Seat(self._database.engine)
        try:
            await seat.open()
            while not self._stopping and not await seat.taken():
                if await self._rung():
                    started = monotonic()
                    await seat.ring()
                    await self._rest(started, monotonic())
            await seat.listen(self._wake.set)
            self.elected = True
            yield seat
        finally:
            self.elected = False
            await seat.close()

    @asynccontextmanager
    async def _publisher(self) -> AsyncIterator[Publisher]:
        publisher = Publisher(self._settings)
        try:
            await publisher.start()
            yield publisher
        finally:
            await publisher.close()

    async def _publish_all(self, seat: Seat, publisher: Publisher) -> None:
        self._log.info("relay_elected")
        while not self._stopping:
            self._wake.clear()
            started = monotonic()
            rows = await seat.read(outbox.unpublished, PASS)
            sent = await self._publish(seat, publisher, rows)
            if rows:
                await self._rest(started, sent)
            if len(rows) < PASS:
                await self._rung()

    async def _rung(self) -> bool:
        """Wait for the bell, for a while."""
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL):
                await self._wake.wait()
        rung = self._wake.is_set()
        self._wake.clear()
        return rung

    async def _rest(self, started: float, ended: float) -> None:
        """Lie still in proportion to the time it took: events gather meanwhile and travel together."""
        rest = min(max(4 * (ended - started), 0.001), LONGEST_REST)
        await asyncio.sleep(ended + rest - monotonic())

    async def _publish(self, seat: Seat, publisher: Publisher, rows: Sequence[RowMapping]) -> float:
        """Send rows and mark them; returns when the last was stored, since nobody waits for the marks."""
        acknowledged: list[int] = []
        try:
            for chunk in _chunks(rows, 1 if self._one_by_one else BATCH_BYTES, self._settings):
                await self._send(publisher, chunk, acknowledged)
            sent = monotonic()
        finally:
            if acknowledged:
                telemetry.relay_published.inc(len(acknowledged))
                await seat.read(outbox.mark_published, acknowledged, self._database.clock.now())
        self._one_by_one = False
        return sent

    async def _send(self, publisher: Publisher, chunk: "_Chunk", acknowledged: list[int]) -> None:
        """Send some rows and note those that are stored. Raises at the first that is not: order comes first."""
        answers = await publisher.send([record for _, record in chunk])
        acknowledged += [
            row["position"] for (row, _), answer in zip(chunk, answers, strict=True) if answer is None
        ]
        failure = next((answer for answer in answers if answer is not None), None)
        if isinstance(failure, Refused) and len(chunk) == 1:
            await self._park(chunk[0][0], failure)
        elif failure is not None:
            # A whole batch is refused for one of its records. Alone each will tell for itself.
            self._one_by_one = isinstance(failure, Refused)
            raise failure
        if publisher.spent:
            raise ConnectionResetError("the producer can't go on after a refusal")

    async def _park(self, row: RowMapping, refusal: Refused) -> None:
        """Set an event aside that no broker will take, so that the ones after it flow."""
        self._log.error("event_refused", event_id=row["event_id"], type=row["type"], reason=str(refusal))
        place = Partition(self._settings.topic(row["topic"]), -1)
        record = Record(place, row["position"], headers_of_row(row), row["value"])

        def work(transaction: Transaction) -> None:
            positions.park(transaction.connection, positions.RELAY, record, str(refusal), transaction.now)
            outbox.mark_published(transaction.connection, [row["position"]], transaction.now)

        await self._database.transact(work)


_Chunk = list[tuple[RowMapping, Outgoing]]


def _chunks(rows: Sequence[RowMapping], limit: int, settings: KafkaSettings) -> Iterator[_Chunk]:
    """Rows in groups that stay within a limit of bytes; a row that is larger stands alone."""
    chunk: _Chunk = []
    size = 0
    for row in rows:
        record = Outgoing(settings.topic(row["topic"]), row["key"], headers_of_row(row), bytes(row["value"]))
        if chunk and size + record.size > limit:
            yield chunk
            chunk, size = [], 0
        chunk.append((row, record))
        size += record.size
    if chunk:
        yield chunk
