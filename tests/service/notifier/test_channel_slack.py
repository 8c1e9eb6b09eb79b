"""Slack: asked as its own client asks, in the thread where the customer wrote, with words that are no markup."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from candor_common.clock import ManualClock
from candor_notifier.channels import Passing, Permanent, Sent
from tests.service.notifier.desks import rendered
from tests.service.notifier.provider import answer
from tests.service.notifier.web_desks import BOT_TOKEN, SlackDesk, SlackWebhookDesk, bodies


@pytest.fixture
async def desk(clock: ManualClock) -> AsyncIterator[SlackDesk]:
    made = SlackDesk(clock)
    await made.open()
    yield made
    await made.messenger.close()
    await made.shut()


@pytest.fixture
async def hook(clock: ManualClock) -> AsyncIterator[SlackWebhookDesk]:
    made = SlackWebhookDesk(clock)
    await made.open()
    yield made
    await made.messenger.close()
    await made.shut()


async def test_we_ask_as_slacks_own_client_does(desk: SlackDesk) -> None:
    assert await desk.send() == Sent("slack:T1/U1/1772539200.000100")
    client = WebClient(BOT_TOKEN, base_url=f"{desk.provider.url}/api/")
    [ours] = bodies(desk.provider)
    posted = await asyncio.to_thread(client.api_call, "chat.postMessage", json=ours)
    assert (posted["ok"], posted["ts"]) == (True, "1772539200.000100")
    mine, theirs = desk.provider.asked
    assert (mine.path, bodies(desk.provider)[1]) == (theirs.path, ours)
    assert mine.headers["authorization"] == theirs.headers["authorization"]
    assert mine.headers["content-type"].casefold() == theirs.headers["content-type"].casefold()


async def test_the_server_behaves_as_slacks_own_client_expects(desk: SlackDesk) -> None:
    client = WebClient("xoxb-of-somebody-else", base_url=f"{desk.provider.url}/api/")
    with pytest.raises(SlackApiError, match="not_authed"):
        await asyncio.to_thread(client.chat_postMessage, channel="C1", text="x")


async def test_an_answer_stands_in_the_thread_of_what_the_customer_wrote(desk: SlackDesk) -> None:
    thread = ("<1@shop.example>", "slack:T1/C7/1772539100.000200", "slack:T1/C7/1772539150.000300")
    assert await desk.messenger.send(rendered("slack:T1/U1", *thread)) == Sent(
        "slack:T1/C7/1772539200.000100"
    )
    [words] = bodies(desk.provider)
    assert (words["channel"], words["thread_ts"]) == ("C7", "1772539100.000200")


async def test_without_a_thread_it_is_a_direct_message(desk: SlackDesk) -> None:
    await desk.send()
    [words] = bodies(desk.provider)
    assert (words["channel"], "thread_ts" in words) == ("U1", False)


async def test_a_customers_words_call_nobody_and_hide_no_link(desk: SlackDesk) -> None:
    await desk.messenger.send(rendered("slack:T1/U1", text="<!channel> <https://evil.example|bank> R&D"))
    [words] = bodies(desk.provider)
    assert words["text"] == "&lt;!channel&gt; &lt;https://evil.example|bank&gt; R&amp;D"
    assert words["mrkdwn"] is False


@pytest.mark.parametrize(
    "error", ["channel_not_found", "is_archived", "not_in_channel", "user_not_found", "new_one"]
)
async def test_what_is_said_of_the_conversation_is_for_good(desk: SlackDesk, error: str) -> None:
    desk.provider.in_line.append(answer(200, {"ok": False, "error": error}))
    assert await desk.send() == Permanent(f"{error}: Slack refused it")


@pytest.mark.parametrize("error", ["invalid_auth", "token_revoked", "account_inactive", "missing_scope"])
async def test_that_our_app_is_not_wanted_is_not_the_customers_fault(desk: SlackDesk, error: str) -> None:
    desk.provider.in_line.append(answer(200, {"ok": False, "error": error}))
    outcome = await desk.send()
    assert isinstance(outcome, Passing)
    assert outcome.away
    assert "CANDOR_SLACK_TOKEN" in outcome.reason


@pytest.mark.parametrize("error", ["ratelimited", "internal_error", "fatal_error", "service_unavailable"])
async def test_slacks_own_trouble_passes(desk: SlackDesk, error: str) -> None:
    desk.provider.in_line.append(answer(200, {"ok": False, "error": error}))
    assert await desk.send() == Passing(error)


@pytest.mark.parametrize(
    "body", [b"", b"ok", b"[]", b"\xff", b'{"ok": 1}', b'{"ok": false}', b'{"error": [1]}']
)
async def test_an_answer_that_is_not_slacks_is_tried_again(desk: SlackDesk, body: bytes) -> None:
    desk.provider.in_line.append(answer(200, body))
    assert await desk.send() == Passing("Slack's answer can't be read")


async def test_a_webhook_is_asked_as_slacks_own_client_does(hook: SlackWebhookDesk) -> None:
    assert await hook.send() == Sent()
    [words] = bodies(hook.provider)
    client = WebhookClient(f"{hook.provider.url}/services/T1/B1/sesame")
    taken = await asyncio.to_thread(client.send, text=words["text"])
    assert (taken.status_code, taken.body) == (200, "ok")
    assert hook.provider.asked[0].path == hook.provider.asked[1].path


@pytest.mark.parametrize("body", [b"", b"OK", b"ok\n", b"okay", b"<html>welcome</html>"])
async def test_a_webhook_that_says_anything_but_ok_is_not_slack(hook: SlackWebhookDesk, body: bytes) -> None:
    hook.provider.in_line.append(answer(200, body))
    assert isinstance(await hook.send(), Permanent)


@pytest.mark.parametrize(("status", "gone"), [(400, False), (403, True), (404, True), (410, True)])
async def test_a_webhook_that_is_no_more_is_given_up(hook: SlackWebhookDesk, status: int, gone: bool) -> None:
    hook.provider.in_line.append(answer(status, b"no_service"))
    assert await hook.send() == Permanent(f"HTTP {status}: Slack refused it", gone=gone)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, b"invalid_payload"),
        (400, b"user_not_found"),
        (403, b"action_prohibited"),
        (403, b"invalid_token"),
        (404, b"channel_not_found"),
        (410, b"channel_is_archived"),
    ],
)
async def test_what_slack_says_of_a_webhook_is_for_good(
    hook: SlackWebhookDesk, status: int, body: bytes
) -> None:
    hook.provider.in_line.append(answer(status, body))
    outcome = await hook.send()
    assert isinstance(outcome, Permanent)
    assert outcome.gone is (status != 400)


async def test_a_rollup_error_of_a_webhook_passes(hook: SlackWebhookDesk) -> None:
    hook.provider.in_line.append(answer(500, b"rollup_error"))
    assert isinstance(await hook.send(), Passing)
