"""A consumer: positions, effects and the events they cause, in one transaction per round.

Nothing happens twice: a position moves only from where this consumer left it (a rival that took the partition over,
or a redelivery, finds it elsewhere), and an event that the relay sent twice is known by its id.
"""

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

import structlog

from candor_common import positions, telemetry
from candor_common.database import Transaction
from candor_common.errors import Permanent
from candor_common.events import Envelope, Fact
from candor_common.failures import is_unavailable
from candor_common.feed import Batch, Feed, Partition, Record
from candor_common.service import Handler, Runtime, Service, Subscriptions

log = structlog.get_logger()

T = TypeVar("T")
TRIES = 3
"""How often an event that fails alone is tried before it is parked."""
LONGEST_PAUSE = 10.0
UNKNOWN = -1
"""The expected offset of a partition that was never announced; it stands nowhere, so that the partition is sought."""


def waves(
    envelopes: Iterable[Envelope[Fact]], subscriptions: Subscriptions
) -> list[list[tuple[Handler, list[Envelope[Any]]]]]:
    """Sort events into calls of handlers, as few and as large as the order of each key allows.

    Within a wave every handler is called once; an event stands in a later wave than all earlier events of its key
    that go to another handler.
    """
    calls: list[dict[Handler, list[Envelope[Any]]]] = []
    last: dict[str, tuple[int, Handler]] = {}
    for envelope in envelopes:
        handler = subscriptions.get(type(envelope.fact))
        if handler is None:
            continue
        wave, before = last.get(envelope.key, (0, handler))
        wave += before is not handler
        last[envelope.key] = (wave, handler)
        if wave == len(calls):
            calls.append({})
        calls[wave].setdefault(handler, []).append(envelope)
    return [list(wave_calls.items()) for wave_calls in calls]


def _pause(tries: int) -> float:
    return random.uniform(0.5, 1) * min(0.05 * 2.0**tries, LONGEST_PAUSE)


def _smaller(batch: Batch) -> list[Batch]:
    """The batch partition by partition, then event by event; nothing when it is one event already."""
    if len(batch) > 1:
        return [{partition: records} for partition, records in batch.items()]
    [(partition, records)] = batch.items()
    return [{partition: [record]} for record in records] if len(records) > 1 else []


@dataclass(slots=True)
class _Round:
    """What one transaction did, to be believed only once it is committed."""

    reached: dict[Partition, int]
    fenced: dict[Partition, int]
    handled: int


class Consumer:
    """Feeds one service with the events that it subscribes to."""

    def __init__(self, service: Service, runtime: Runtime, feed: Feed) -> None:
        self.name: str = service.name
        self.feed = feed
        self._subscriptions = service.subscriptions
        self._runtime = runtime
        self._expected: dict[Partition, int] = {}
        self._working = False
        self._caught_up = False

    async def start(self) -> None:
        await self.feed.start(self._positions)

    async def _positions(self, partitions: Iterable[Partition]) -> Mapping[Partition, int]:
        wanted = list(partitions)

        def work(transaction: Transaction) -> dict[Partition, int]:
            positions.create(transaction.connection, self.name, wanted)
            return positions.load(transaction.connection, self.name, wanted)

        found = await self._until_it_works(work)
        self._expected.update(found)
        return found

    async def _until_it_works(self, work: Callable[[Transaction], T]) -> T:
        tries = 0
        while True:
            try:
                return await self._runtime.database.transact(work)
            except Exception as error:
                if not is_unavailable(error):
                    raise
                tries += 1
                log.warning("database_away", service=self.name, tries=tries, error=str(error)[:200])
                await asyncio.sleep(_pause(tries))

    async def run(self) -> None:
        """Work for ever; rest after each pass, so that events gather and travel together."""
        name, watchdog = f"{self.name}.consumer", self._runtime.watchdog
        while True:
            watchdog.rest(name)
            batch = await self.feed.read()
            watchdog.beat(name)
            started = monotonic()
            await self.process(batch)
            await asyncio.sleep(min((monotonic() - started) * self.feed.rest_factor, 0.1))

    def caught_up(self) -> bool:
        """Whether all that waited when this consumer started has been applied; it stays so."""
        self._caught_up = self._caught_up or (not self._working and self.feed.idle())
        return self._caught_up

    async def process(self, batch: Batch) -> None:
        """Apply every record once, in order; returns when all are applied, parked or left to a rival."""
        self._working = True
        try:
            await self._apply_all(batch)
        finally:
            self._working = False

    async def _apply_all(self, batch: Batch) -> None:
        try:
            await self._round(batch)
        except Exception as error:  # noqa: BLE001 - one of the three loops that may catch everything
            parts = _smaller(batch)
            log.warning("round_failed", service=self.name, parts=len(parts), error=repr(error)[:500])
            for part in parts:
                await self._apply_all(part)
            if not parts:
                await self._insist(batch, error)

    async def _insist(self, batch: Batch, error: Exception) -> None:
        """Try a single event a few times more, then park it so that the ones after it flow."""
        for tries in range(1, TRIES):
            if isinstance(error, Permanent):
                break
            telemetry.events_retried.labels(self.name).inc()
            await asyncio.sleep(_pause(tries))
            try:
                return await self._round(batch)
            except Exception as again:  # noqa: BLE001 - one of the three loops that may catch everything
                error = again
        [(partition, [record])] = batch.items()
        reason = f"{type(error).__name__}: {error}"
        log.error("event_parked", service=self.name, event_id=record.event_id, reason=reason, exc_info=error)
        await self._round({partition: [record]}, park_because=reason)
        return None

    async def _round(self, batch: Batch, *, park_because: str | None = None) -> None:
        with telemetry.round_seconds.labels(self.name).time():
            done = await self._until_it_works(
                lambda transaction: self._apply(transaction, batch, park_because)
            )
        self._expected.update(done.reached)
        telemetry.events_handled.labels(self.name).inc(done.handled)
        if done.fenced:
            log.warning("partition_fenced", service=self.name, partitions=len(done.fenced))
            self._expected.update(done.fenced)
            await self.feed.seek(done.fenced)

    def _apply(self, transaction: Transaction, batch: Batch, park_because: str | None) -> _Round:
        reached = {one: records[-1].next_offset for one, records in batch.items()}
        moves = {one: (self._expected.get(one, UNKNOWN), end) for one, end in reached.items()}
        fenced = positions.advance(transaction.connection, self.name, moves)
        records = [record for one in batch if one not in fenced for record in batch[one]]
        fresh = self._fresh(transaction, records)
        for record in fresh:
            if reason := park_because or record.problem:
                telemetry.events_parked.labels(self.name).inc()
                positions.park(transaction.connection, self.name, record, reason, transaction.now)
        if not park_because:
            self._handle(transaction, [record.envelope for record in fresh if record.envelope is not None])
        return _Round({one: end for one, end in reached.items() if one not in fenced}, fenced, len(fresh))

    def _fresh(self, transaction: Transaction, records: Sequence[Record]) -> list[Record]:
        """The records that were not processed before, noted as processed."""
        if not self.feed.repeats:
            return list(records)
        by_id: dict[str, Record] = {}
        for record in records:
            by_id.setdefault(record.event_id or f"{record.partition}@{record.offset}", record)
        new = positions.remember(transaction.connection, self.name, list(by_id), transaction.now)
        return [record for one, record in by_id.items() if one in new]

    def handles(self, envelope: Envelope[Fact]) -> bool:
        """Whether the service does anything about events of this type."""
        return type(envelope.fact) in self._subscriptions

    def replay(self, transaction: Transaction, envelope: Envelope[Fact]) -> None:
        """Apply one event again that was parked."""
        self._handle(transaction, [envelope])

    def _handle(self, transaction: Transaction, envelopes: Sequence[Envelope[Fact]]) -> None:
        """All under the same charter, also when another comes into force meanwhile."""
        context = self._runtime.context
        for wave in waves(envelopes, self._subscriptions):
            for handler, its_events in wave:
                handler(transaction, its_events, context)
