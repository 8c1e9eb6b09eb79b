"""Deliveries to subscriptions: tried again, put off, given up, replayed; once each, and one that fails stops no other."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import structlog

from candor_notifier import webhook_delivery, webhook_rows
from candor_notifier.subscription_tables import webhook
from candor_notifier.webhook_delivery import (
    LEASE,
    deliver_due,
    forget_old,
)
from tests.service.notifier.conftest import ON_SQLITE
from tests.service.notifier.provider import HANG_UP, STALL, Provider, answer
from tests.service.notifier.subscribing import House, clock, house, receiver, resolved

__all__ = ["clock", "house", "receiver"]


async def test_an_event_that_is_heard_of_twice_is_told_once(house: House, receiver: Provider) -> None:
    await house.subscribe(receiver)
    heard = await house.hear(resolved())
    await house.apply(heard)
    await house.deliver()
    await house.deliver(hours=1)
    assert len(receiver.asked) == 1


async def test_a_failure_is_tried_again_later_each_time_under_the_same_id(
    house: House, receiver: Provider
) -> None:
    made = await house.subscribe(receiver)
    receiver.in_line.extend([answer(500), answer(302), HANG_UP])
    await house.hear(resolved())
    await house.deliver()
    assert (await house.one(made["id"]))["failures"] == 1
    await house.deliver(seconds=4)
    assert len(receiver.asked) == 1
    await house.deliver(seconds=2)
    await house.deliver(minutes=4)
    assert len(receiver.asked) == 2
    await house.deliver(minutes=2)
    await house.deliver(minutes=40)
    assert len({asked.headers["webhook-id"] for asked in receiver.asked}) == 1
    assert len({asked.headers["webhook-timestamp"] for asked in receiver.asked}) == 4
    [delivery] = await house.deliveries(made["id"])
    assert (delivery["state"], delivery["attempts"]) == ("sent", 4)
    shown = await house.one(made["id"])
    assert (shown["failures"], shown["failing_since"]) == (0, None)


@ON_SQLITE
async def test_who_wants_us_to_wait_is_left_alone_for_so_long(house: House, receiver: Provider) -> None:
    await house.subscribe(receiver)
    receiver.in_line.append(answer(429, b"", Retry_After="3600"))
    await house.hear(resolved())
    await house.deliver()
    await house.hear(resolved(43))
    await house.deliver(minutes=59)
    assert len(receiver.asked) == 1
    await house.deliver(minutes=2)
    await house.deliver()
    assert len(receiver.asked) == 3


async def test_410_disables_it_and_says_so(house: House, receiver: Provider) -> None:
    made = await house.subscribe(receiver)
    receiver.in_line.append(answer(410))
    await house.hear(resolved())
    with structlog.testing.capture_logs() as logs:
        await house.deliver()
    assert [one["event"] for one in logs] == ["subscription_disabled"]
    shown = await house.one(made["id"])
    assert (shown["state"], shown["reason"]) == ("disabled", "HTTP 410: the receiver wants no more")
    await house.hear(resolved(43))
    await house.deliver(days=1)
    assert len(receiver.asked) == 1


async def test_after_days_of_failure_it_is_disabled_and_can_be_taken_up_again(
    house: House, receiver: Provider
) -> None:
    made = await house.subscribe(receiver)
    receiver.usual = lambda _asked: answer(500)
    await house.hear(resolved())
    for _ in range(10):
        await house.deliver()
        await house.deliver(hours=27)
    assert len(receiver.asked) == 10
    shown = await house.one(made["id"])
    assert shown["state"] == "disabled"
    assert shown["reason"].startswith("nothing was taken since ")
    [failed] = await house.deliveries(made["id"], "failed")
    assert failed["reason"] == "given up after 10 attempts; last: HTTP 500: the receiver did not take it"
    receiver.usual = lambda _asked: answer(204)
    assert (await house.post(f"/v1/subscriptions/{made['id']}/enable"))["state"] == "active"
    await house.post(f"/v1/subscriptions/{made['id']}/deliveries/{failed['id']}/replay")
    await house.deliver()
    [sent] = await house.deliveries(made["id"])
    assert (sent["id"], sent["state"]) == (failed["id"], "sent")


async def test_one_that_fails_does_not_stop_the_others(house: House, receiver: Provider) -> None:
    silent = Provider(lambda _asked: STALL)
    await silent.start()
    await house.subscribe(silent)
    await house.subscribe(receiver)
    await house.hear(*[resolved(number) for number in range(30)])
    await got(house, receiver, 30)
    assert len(silent.asked) == webhook_rows.MOST_AT_ONCE
    await silent.stop()
    await house.delivery.idle()
    await silent.start()
    house.clock.advance(timedelta(minutes=1))
    await got(house, silent, webhook_rows.MOST_AT_ONCE + 1)
    await deliver_due(house.runtime)
    assert len(silent.asked) == webhook_rows.MOST_AT_ONCE + 1
    await silent.stop()


async def got(house: House, receiver: Provider, count: int) -> None:
    """Begin what is due and let it go on, until so many have arrived."""
    async with asyncio.timeout(20):
        while len(receiver.asked) < count:
            await deliver_due(house.runtime)
            await house.client.get("/v1/subscriptions")


async def test_two_replicas_deliver_nothing_twice_while_a_lease_holds(
    house: House, receiver: Provider
) -> None:
    await house.subscribe(receiver)
    await house.hear(*[resolved(number) for number in range(4)])
    async with webhook_delivery.opened(house.runtime) as other:
        await other.deliver_due()
        await house.deliver()
        await other.idle()
    assert len(receiver.asked) == len({asked.headers["webhook-id"] for asked in receiver.asked}) == 4


async def test_what_was_under_way_at_a_crash_is_delivered_again(house: House, receiver: Provider) -> None:
    made = await house.subscribe(receiver)
    await house.hear(resolved())

    def crash_after_claim(now: datetime) -> Any:
        return lambda transaction: webhook_rows.claim(transaction.connection, now, LEASE, 10, [])

    [due] = await house.database.transact(crash_after_claim(house.clock.now()))
    await house.deliver(seconds=59)
    assert receiver.asked == []
    await house.deliver(seconds=2)
    assert [asked.headers["webhook-id"] for asked in receiver.asked] == [due.id]
    assert [one["state"] for one in await house.deliveries(made["id"])] == ["sent"]


async def test_what_ended_long_ago_is_forgotten(house: House, receiver: Provider) -> None:
    await house.subscribe(receiver)
    await house.hear(resolved())
    await house.deliver()
    house.clock.advance(timedelta(days=29))
    await forget_old(house.runtime)
    assert await house.count(webhook) == 1
    house.clock.advance(timedelta(days=2))
    await forget_old(house.runtime)
    assert await house.count(webhook) == 0
