"""Signed webhooks: a receiver that checks them with the standard's own library believes each attempt."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from candor_common.clock import ManualClock
from candor_common.standard_webhooks import new_secret
from candor_notifier.channels import Outcome, Passing, Permanent, Sent
from candor_notifier.channels.guard import ANYWHERE, Rules
from candor_notifier.channels.http import Http
from candor_notifier.channels.webhook import MOST_BYTES, Destination, Webhooks
from tests.service.notifier.desks import TEXT, rendered
from tests.service.notifier.provider import STALL, Asked, Provider, answer
from tests.service.notifier.web_desks import SECRET, WebhookDesk, bodies

BODY = '{"type":"incident.resolved","data":"打印机"}'.encode()


@pytest.fixture
def clock() -> ManualClock:
    """The real time, since the standard's library knows no other."""
    return ManualClock(datetime.now(UTC))


@pytest.fixture
async def desk(clock: ManualClock) -> AsyncIterator[WebhookDesk]:
    made = WebhookDesk(clock)
    await made.open()
    yield made
    await made.messenger.close()
    await made.shut()


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    server = Provider(lambda _asked: answer(204))
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def webhooks(clock: ManualClock) -> AsyncIterator[Webhooks]:
    made = Webhooks(Http(ANYWHERE, patience=2), clock)
    yield made
    await made.close()


async def deliver(webhooks: Webhooks, to: Provider, *secrets: str) -> Outcome:
    return await webhooks.deliver(Destination(f"{to.url}/hook", secrets or [SECRET]), "msg_1", BODY)


def believed(asked: Asked, secret: str = SECRET) -> object:
    """What the standard's library reads; it raises what it does not believe."""
    return Webhook(secret).verify(asked.body, dict(asked.headers))


async def test_the_standards_own_library_believes_it(webhooks: Webhooks, provider: Provider) -> None:
    assert await deliver(webhooks, provider) == Sent()
    [asked] = provider.asked
    assert believed(asked) == json.loads(BODY)
    assert (asked.method, asked.headers["content-type"]) == ("POST", "application/json")


async def test_an_attempt_has_its_own_time_and_the_old_id(
    webhooks: Webhooks, provider: Provider, clock: ManualClock
) -> None:
    provider.in_line.append(answer(500))
    assert isinstance(await deliver(webhooks, provider), Passing)
    clock.advance(timedelta(seconds=90))
    assert await deliver(webhooks, provider) == Sent()
    first, second = provider.asked
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == "msg_1"
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 90
    assert first.body == second.body
    assert believed(first) == believed(second)


async def test_while_a_secret_is_replaced_both_are_believed(webhooks: Webhooks, provider: Provider) -> None:
    other = new_secret()
    await deliver(webhooks, provider, SECRET, other)
    [asked] = provider.asked
    assert believed(asked, SECRET) == believed(asked, other)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_every_2xx_is_a_success(webhooks: Webhooks, provider: Provider, status: int) -> None:
    provider.in_line.append(answer(status, b"" if status == 204 else b"thanks"))
    assert await deliver(webhooks, provider) == Sent()


@pytest.mark.parametrize("status", [300, 304, 400, 401, 404, 409, 422, 429, 500, 503])
async def test_everything_else_is_tried_again(webhooks: Webhooks, provider: Provider, status: int) -> None:
    provider.in_line.append(answer(status))
    outcome = await deliver(webhooks, provider)
    assert isinstance(outcome, Passing)
    assert outcome.reason.startswith(f"HTTP {status}: ")


async def test_410_ends_it(webhooks: Webhooks, provider: Provider) -> None:
    provider.in_line.append(answer(410))
    assert await deliver(webhooks, provider) == Permanent("HTTP 410: the receiver wants no more", gone=True)


async def test_what_an_error_says_is_not_repeated(webhooks: Webhooks, provider: Provider) -> None:
    provider.in_line.append(answer(500, b"root:x:0:0"))
    outcome = await deliver(webhooks, provider)
    assert isinstance(outcome, Passing)
    assert "root" not in outcome.reason


async def test_a_redirect_into_the_house_leads_nowhere(webhooks: Webhooks, provider: Provider) -> None:
    inside = Provider(lambda _asked: answer(200))
    await inside.start()
    provider.in_line.append(answer(307, b"", Location=f"{inside.url}/admin"))
    assert isinstance(await deliver(webhooks, provider), Passing)
    await inside.stop()
    assert inside.asked == []


async def test_a_url_that_leads_into_the_house_is_refused_for_good(
    provider: Provider, clock: ManualClock
) -> None:
    strict = Webhooks(Http(Rules()), clock)
    outcome = await deliver(strict, provider)
    await strict.close()
    assert isinstance(outcome, Permanent)
    assert "CANDOR_WEBHOOK_ALLOW" in outcome.reason
    assert provider.connections == 0


async def test_one_slow_receiver_does_not_stop_the_others(webhooks: Webhooks, provider: Provider) -> None:
    slow = Provider(lambda _asked: STALL)
    await slow.start()
    stuck = [asyncio.create_task(deliver(webhooks, slow)) for _ in range(20)]
    assert await deliver(webhooks, provider) == Sent()
    assert {type(one) for one in await asyncio.gather(*stuck)} == {Passing}
    await slow.stop()


async def test_an_unusable_secret_or_id_is_refused_for_good(webhooks: Webhooks, provider: Provider) -> None:
    assert isinstance(await deliver(webhooks, provider, "whsec_AAAA"), Permanent)
    to = Destination(f"{provider.url}/hook", [SECRET])
    assert isinstance(await webhooks.deliver(to, "a.b", BODY), Permanent)
    assert provider.asked == []


async def test_an_answer_to_a_chat_system_names_its_own_ids(desk: WebhookDesk) -> None:
    assert await desk.send() == Sent()
    [told] = bodies(desk.provider)
    assert (told["type"], told["timestamp"]) == ("message", "2026-03-03T12:00:00Z")
    assert told["data"] == {
        "id": desk.message.message.id,
        "reference": "INC-000042",
        "kind": "acknowledgement",
        "recipient": "u/3",
        "conversation": "c-7",
        "subject": "News [INC-000042]",
        "text": TEXT,
    }


async def test_an_answer_to_a_chat_system_stays_small(desk: WebhookDesk) -> None:
    await desk.messenger.send(rendered("teamchat:u-3", text="打" * 50_000))
    assert len(desk.provider.asked[0].body) < MOST_BYTES


def test_where_it_goes_is_not_shown() -> None:
    shown = repr(Destination("https://hooks.example/secret-path", [SECRET]))
    assert "secret-path" not in shown
    assert SECRET not in shown
