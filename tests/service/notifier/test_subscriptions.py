"""Subscriptions from making one to its end, on both databases and with a real receiver."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from candor_common.events import (
    CATALOGUE,
    IncidentOpened,
    IncidentResolved,
    PromiseBreached,
    PromiseKept,
    RequestReceived,
    SurveyInvited,
)
from candor_notifier import service
from candor_notifier.channels.webhook import MOST_BYTES
from candor_notifier.domain.subscription import TOPICS
from candor_notifier.handlers import follow_mail, invite
from candor_notifier.subscription_tables import webhook
from tests.service.notifier.conftest import ON_SQLITE
from tests.service.notifier.provider import Provider, answer
from tests.service.notifier.subscribing import House, clock, house, receiver, resolved, told
from tests.unit.notifier.builders import a_promise, an_incident

__all__ = ["clock", "house", "receiver"]


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
    handled = service.subscriptions
    assert {fact for fact in CATALOGUE if fact.topic in TOPICS} <= set(handled)
    assert handled[RequestReceived] is follow_mail
    assert handled[SurveyInvited] is invite
    assert handled[IncidentOpened] is handled[IncidentResolved]


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
