"""Subscriptions from making one to its end, on both databases and with a real receiver."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from fastapi import APIRouter
from standardwebhooks import Webhook

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_common.events import (
    EstimateGiven,
    IncidentOpened,
    IncidentResolved,
    PlanMade,
    PromiseBreached,
    PromiseKept,
    RequestReceived,
    SurveyInvited,
)
from candor_notifier import outlets, service, subscription_api, webhook_delivery, webhook_rows
from candor_notifier.channels.webhook import MOST_BYTES
from candor_notifier.subscribers import with_subscribers
from candor_notifier.subscription_tables import webhook
from candor_notifier.webhook_delivery import (
    LEASE,
    RESOURCE,
    WebhookDelivery,
    deliver_due,
    forget_old,
    webhook_deliveries,
)
from tests.plugins.served import Served, served_as
from tests.service.notifier.conftest import ON_SQLITE
from tests.service.notifier.provider import HANG_UP, STALL, Provider, answer
from tests.unit.notifier.builders import FIXED, a_promise, an_incident

router = APIRouter()
router.include_router(service.router)
router.include_router(subscription_api.router)
HANDLED = with_subscribers(service.subscriptions)
NOTIFIER = replace(
    service,
    router=router,
    open=outlets.opened,
    subscriptions=HANDLED,
    periodics=(*service.periodics, webhook_deliveries),
)


class House(Served):
    """Notifier with subscribers, as its tests drive it."""

    @property
    def delivery(self) -> WebhookDelivery:
        delivery: WebhookDelivery = self.runtime.resources[RESOURCE]
        return delivery

    async def deliver(self, **wait: float) -> datetime | None:
        """Deliver what is due after a while, and wait for it."""
        self.clock.advance(timedelta(**wait))
        later = await deliver_due(self.runtime)
        await self.delivery.idle()
        return later

    async def post(self, path: str, body: object = None) -> dict[str, Any]:
        answered = await self.client.post(path, json=body)
        answered.raise_for_status()
        return dict(answered.json() or {})

    async def subscribe(self, to: Provider, *types: str, **more: str) -> dict[str, Any]:
        return await self.post("/v1/subscriptions", {"url": f"{to.url}/hook", "types": types, **more})

    async def one(self, identifier: str) -> dict[str, Any]:
        return dict((await self.client.get(f"/v1/subscriptions/{identifier}")).json())

    async def deliveries(self, identifier: str, state: str = "") -> list[dict[str, Any]]:
        query = {"state": state} if state else {}
        found = await self.client.get(f"/v1/subscriptions/{identifier}/deliveries", params=query)
        listed: list[dict[str, Any]] = found.json()["deliveries"]
        return listed


@pytest.fixture
def clock() -> ManualClock:
    """The real time, since the standard's library knows no other."""
    return ManualClock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
async def house(database: Database, clock: ManualClock, tmp_path: Path) -> AsyncIterator[House]:
    allow = {"webhook_allow": "127.0.0.0/8"}
    async with served_as(House, NOTIFIER, database, clock, tmp_path, **allow) as running:
        yield running


@pytest.fixture
async def receiver() -> AsyncIterator[Provider]:
    server = Provider(lambda _asked: answer(204))
    await server.start()
    yield server
    await server.stop()


def resolved(number: int = 42) -> IncidentResolved:
    return IncidentResolved(incident=an_incident(f"INC-{number:06d}"), by="ana", resolution=FIXED)


def told(receiver: Provider) -> list[dict[str, Any]]:
    return [json.loads(asked.body) for asked in receiver.asked]


async def test_a_subscriber_hears_what_happens_in_words_that_are_signed(
    house: House, receiver: Provider
) -> None:
    made = await house.subscribe(receiver)
    [event] = await house.hear(resolved())
    await house.deliver()
    [asked] = receiver.asked
    read = Webhook(made["secret"]).verify(asked.body, dict(asked.headers))
    assert read["type"] == "incident.resolved"
    assert datetime.fromisoformat(read["timestamp"]) == event.time
    assert read["data"]["id"] == event.id
    assert read["data"]["url"] == "http://candor.test/v1/incidents/INC-000042"
    assert read["data"]["incident"] == event.fact.model_dump(mode="json")["incident"]
    [delivery] = await house.deliveries(made["id"])
    assert (delivery["state"], delivery["attempts"]) == ("sent", 1)
    assert delivery["id"] == asked.headers["webhook-id"]


async def test_an_event_that_is_heard_of_twice_is_told_once(house: House, receiver: Provider) -> None:
    await house.subscribe(receiver)
    heard = await house.hear(resolved())
    await house.apply(heard)
    await house.deliver()
    await house.deliver(hours=1)
    assert len(receiver.asked) == 1


@ON_SQLITE
async def test_each_hears_what_it_asked_for(house: House, receiver: Provider) -> None:
    for types in (["incident.resolved"], ["promise.*"], ["incident.opened", "promise.breached"]):
        await house.subscribe(receiver, *types, name=" ".join(types))
    promise = a_promise()
    await house.hear(
        IncidentOpened(incident=an_incident(), request_id="r"),
        PromiseKept(promise=promise),
        PromiseBreached(promise=promise, fired_at=house.clock.now()),
        resolved(),
    )
    await house.deliver()
    await house.deliver()
    heard = [one["type"] for one in told(receiver)]
    assert sorted(heard) == sorted(
        ["incident.resolved", "promise.kept", "promise.breached", "incident.opened", "promise.breached"]
    )


def test_every_fact_of_incidents_and_promises_can_be_heard_and_nothing_else_changes() -> None:
    assert {EstimateGiven, PlanMade, PromiseKept, IncidentOpened} <= set(HANDLED)
    for untouched in (RequestReceived, SurveyInvited):
        assert HANDLED[untouched] is service.subscriptions[untouched]
    assert HANDLED[IncidentOpened] is HANDLED[IncidentResolved]


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


async def test_a_payload_stays_below_twenty_kilobytes(house: House, receiver: Provider) -> None:
    made = await house.subscribe(receiver)
    huge = an_incident(title="打" * 500, description="打印机坏了" * 20_000)
    await house.hear(IncidentOpened(incident=huge, request_id="r"))
    await house.deliver()
    [asked] = receiver.asked
    assert len(asked.body) <= MOST_BYTES
    read = Webhook(made["secret"]).verify(asked.body, dict(asked.headers))
    assert read["data"]["incident"]["description"].endswith("…")
    assert read["data"]["incident_id"] == "INC-000042"


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


async def test_after_unsubscribing_nothing_is_sent_and_nothing_is_kept(
    house: House, receiver: Provider
) -> None:
    made = await house.subscribe(receiver)
    await house.hear(resolved())
    gone = await house.client.delete(f"/v1/subscriptions/{made['id']}")
    assert gone.status_code == 204
    await house.deliver()
    assert receiver.asked == []
    assert await house.count(webhook) == 0
    assert (await house.client.delete(f"/v1/subscriptions/{made['id']}")).status_code == 404


@ON_SQLITE
async def test_a_test_says_what_came_of_it(house: House, receiver: Provider) -> None:
    made = await house.subscribe(receiver)
    assert await house.post(f"/v1/subscriptions/{made['id']}/test") == {"taken": True, "reason": None}
    [asked] = receiver.asked
    assert Webhook(made["secret"]).verify(asked.body, dict(asked.headers))["type"] == "test"
    receiver.in_line.append(answer(500, b"sesame"))
    refused = await house.post(f"/v1/subscriptions/{made['id']}/test")
    assert refused == {"taken": False, "reason": "HTTP 500: the receiver did not take it"}


@ON_SQLITE
async def test_a_secret_is_shown_once(house: House, receiver: Provider) -> None:
    made = await house.subscribe(receiver)
    for path in ("/v1/subscriptions", f"/v1/subscriptions/{made['id']}"):
        assert made["secret"] not in (await house.client.get(path)).text


@ON_SQLITE
@pytest.mark.parametrize(
    ("wish", "pointer", "words"),
    [
        ({"url": "https://10.0.0.1/"}, "#/url", "not public"),
        ({"url": "https://[::ffff:169.254.169.254]/"}, "#/url", "not public"),
        ({"url": "http://8.8.8.8/"}, "#/url", "use https"),
        ({"url": "ftp://hooks.example/"}, "#/url", "https://"),
        ({"url": "https://8.8.8.8/", "types": ["incident.resolve"]}, "#/types/0", "incident.resolved"),
        ({"url": "https://8.8.8.8/", "secret": "mine"}, "#/secret", "Extra"),
    ],
)
async def test_what_can_not_be_subscribed_is_refused_with_the_place(
    house: House, wish: dict[str, Any], pointer: str, words: str
) -> None:
    refused = await house.client.post("/v1/subscriptions", json=wish)
    [error] = refused.json()["errors"]
    assert (refused.status_code, error["pointer"]) == (422, pointer)
    assert words in error["detail"]


@ON_SQLITE
async def test_only_who_runs_the_installation_may_subscribe(house: House, receiver: Provider) -> None:
    reader = house.key("reader", "read", "work")
    refused = await house.client.get("/v1/subscriptions", headers=reader)
    assert refused.status_code == 403
    operator = house.key("operator", "operate")
    assert (await house.client.get("/v1/subscriptions", headers=operator)).status_code == 200


async def test_the_newest_subscription_answers_a_chat_system(house: House, receiver: Provider) -> None:
    assert await house.delivery.find("teamchat") is None
    first = await house.subscribe(receiver, "incident.cancelled", answers="teamchat")
    house.clock.advance(timedelta(seconds=1))
    second = await house.subscribe(receiver, "incident.cancelled", answers="teamchat")
    found = await house.delivery.find("teamchat")
    assert found is not None
    assert list(found.secrets) == [second["secret"]] != [first["secret"]]
    assert await house.delivery.find("otherchat") is None
