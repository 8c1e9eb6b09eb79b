"""Effects happen once: redelivery, doubled events, zombies and poison, on both databases."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from fastapi import APIRouter

from candor_common import positions
from candor_common.charter import load_charter
from candor_common.clock import ManualClock
from candor_common.columns import counter
from candor_common.consumer import Consumer
from candor_common.database import Database, Transaction
from candor_common.errors import Permanent
from candor_common.events import Contact, Envelope, Fact, Survey, SurveyAnswered, SurveyInvited
from candor_common.feed import Batch, Partition, Positions, Record
from candor_common.links import Signer
from candor_common.service import Context, Runtime, Service
from candor_common.settings import Settings
from candor_common.trace import new_trace
from candor_common.watchdog import Watchdog
from candor_common.wire import headers_of, value_of
from tests.plugins.databases import START

PLACE = Partition("candor.feedback.v1", 0)
OTHER = Partition("candor.feedback.v1", 1)


class ScriptedFeed:
    """Hands out what the test says and remembers where it was sent back to."""

    repeats = True
    rest_factor = 0.0

    def __init__(self) -> None:
        self.sought: list[Mapping[Partition, int]] = []
        self.positions: Positions | None = None

    async def start(self, positions: Positions) -> None:
        self.positions = positions
        await positions([PLACE, OTHER])

    async def read(self) -> Batch:
        return {}

    async def seek(self, positions: Mapping[Partition, int]) -> None:
        self.sought.append(dict(positions))

    def silence(self) -> float:
        return 0.0

    def assigned(self) -> bool:
        return True

    def lag(self) -> int:
        return 0

    def idle(self) -> bool:
        return True

    async def stop(self) -> None:
        pass


def count(transaction: Transaction, events: Sequence[Envelope[Any]], _context: Context) -> None:
    """One effect per event: its survey's number of applications."""
    for event in events:
        name = event.fact.survey.id
        if name == "poison":
            raise Permanent("it can never succeed")
        if name == "bug":
            raise RuntimeError("a mistake of ours")
        transaction.connection.execute(
            sa.text(
                "INSERT INTO counter (name, next) VALUES (:name, 1) "
                "ON CONFLICT (name) DO UPDATE SET next = counter.next + 1"
            ),
            {"name": name},
        )


def service_of(handler: Any = count) -> Service:
    return Service("feedback", APIRouter(), {SurveyInvited: handler, SurveyAnswered: handler})


async def consumer_on(database: Database, handler: Any = count) -> tuple[Consumer, ScriptedFeed]:
    context = Context(load_charter(), Settings(), Signer("s" * 32))
    runtime = Runtime(database, database.clock, context, Watchdog(database.clock), 0.0)
    feed = ScriptedFeed()
    consumer = Consumer(service_of(handler), runtime, feed)
    await consumer.start()
    return consumer, feed


def envelope(name: str, kind: type[Fact] = SurveyInvited) -> Envelope[Fact]:
    survey = Survey(
        id=name,
        incident_id=f"INC-{name}",
        recipient=Contact(address="kim@example.com"),
        invited_at=START,
        expires_at=START + timedelta(days=1),
    )
    return Envelope(str(uuid4()), "/candor/feedback", START, new_trace(), kind(survey=survey))  # type: ignore[call-arg]


def record(offset: int, event: Envelope[Fact], partition: Partition = PLACE) -> Record:
    return Record(partition, offset, headers_of(event), value_of(event.fact), event)


async def effects(database: Database) -> dict[str, int]:
    rows = await database.read(lambda connection: connection.execute(sa.select(counter)).all())
    return {row.name: row.next for row in rows}


async def parked(database: Database) -> list[str]:
    rows = await database.read(lambda connection: positions.parked(connection, "feedback"))
    return [row["reason"] for row in rows]


async def test_a_batch_is_applied_once_however_often_it_is_read(database: Database) -> None:
    consumer, feed = await consumer_on(database)
    batch = {PLACE: [record(offset, envelope(str(offset))) for offset in range(3)]}

    await consumer.process(batch)
    await consumer.process(batch)

    assert await effects(database) == {"0": 1, "1": 1, "2": 1}
    assert feed.sought == []


async def test_an_event_that_the_relay_sent_twice_is_applied_once(database: Database) -> None:
    consumer, _ = await consumer_on(database)
    event = envelope("a")

    await consumer.process({PLACE: [record(0, event), record(1, event)]})
    await consumer.process({PLACE: [record(2, event), record(3, envelope("b"))]})

    assert await effects(database) == {"a": 1, "b": 1}


async def test_a_zombie_changes_nothing_and_is_sent_back(database: Database) -> None:
    zombie, its_feed = await consumer_on(database)
    rival, _ = await consumer_on(database)
    first, second = envelope("first"), envelope("second")

    await rival.process({PLACE: [record(0, first), record(1, second)]})
    await zombie.process({PLACE: [record(0, first)], OTHER: [record(0, envelope("other"), OTHER)]})

    assert await effects(database) == {"first": 1, "second": 1, "other": 1}
    assert its_feed.sought == [{PLACE: 2}]


async def test_rivals_on_one_partition_apply_each_event_once(database: Database) -> None:
    rivals = [(await consumer_on(database))[0] for _ in range(4)]
    batches = [{PLACE: [record(offset, envelope(str(offset)))]} for offset in range(20)]

    async def work(consumer: Consumer) -> None:
        for batch in batches:
            await consumer.process(batch)

    await asyncio.gather(*(work(one) for one in rivals))

    applied = await effects(database)
    assert set(applied.values()) <= {1}
    assert "0" in applied


async def test_poison_is_parked_alone_and_the_next_ones_flow(database: Database) -> None:
    consumer, _ = await consumer_on(database)
    names = ["a", "poison", "b", "bug", "c"]
    batch: Batch = {
        PLACE: [record(offset, envelope(name)) for offset, name in enumerate(names)],
        OTHER: [record(0, envelope("d"), OTHER)],
    }

    await consumer.process(batch)

    assert await effects(database) == {"a": 1, "b": 1, "c": 1, "d": 1}
    assert await parked(database) == ["Permanent: it can never succeed", "RuntimeError: a mistake of ours"]


async def test_what_can_not_be_decoded_is_parked_with_its_bytes(database: Database) -> None:
    consumer, _ = await consumer_on(database)
    broken = Record(PLACE, 0, {"ce_id": "x"}, b"\x00{", None, "value: not JSON")

    await consumer.process({PLACE: [broken, record(1, envelope("a"))]})

    [row] = await database.read(lambda connection: positions.parked(connection, "feedback"))
    assert (row["reason"], bytes(row["value"]), row["headers"]) == (
        "value: not JSON",
        b"\x00{",
        {"ce_id": "x"},
    )
    assert await effects(database) == {"a": 1}


async def test_a_parked_event_is_applied_when_it_is_replayed(database: Database, clock: ManualClock) -> None:
    broken = True

    def moody(transaction: Transaction, events: Sequence[Envelope[Any]], context: Context) -> None:
        if broken:
            raise RuntimeError("not today")
        count(transaction, events, context)

    consumer, _ = await consumer_on(database, moody)
    event = envelope("a")
    await consumer.process({PLACE: [record(0, event)]})
    assert await effects(database) == {}

    broken = False
    await database.transact(lambda tx: consumer.replay(tx, event))
    assert await effects(database) == {"a": 1}


async def test_events_of_one_incident_stay_in_order_across_handlers(database: Database) -> None:
    seen: list[tuple[str, str]] = []

    def one(_transaction: Transaction, events: Sequence[Envelope[Any]], _context: Context) -> None:
        seen.extend(("one", event.fact.survey.id) for event in events)

    def two(_transaction: Transaction, events: Sequence[Envelope[Any]], _context: Context) -> None:
        seen.extend(("two", event.fact.survey.id) for event in events)

    consumer, _ = await consumer_on(database)
    service = replace(service_of(), subscriptions={SurveyInvited: one, SurveyAnswered: two})
    consumer = Consumer(service, consumer._runtime, consumer.feed)
    await consumer.start()
    kinds = [SurveyInvited, SurveyAnswered, SurveyInvited, SurveyAnswered]
    events = [envelope("a", kind) for kind in kinds] + [envelope("b", SurveyInvited)]

    await consumer.process({PLACE: [record(offset, event) for offset, event in enumerate(events)]})

    assert [name for name, survey in seen if survey == "a"] == ["one", "two", "one", "two"]
    assert seen[:2] == [("one", "a"), ("one", "b")]
