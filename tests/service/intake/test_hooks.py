"""What signed senders post: taken once, whoever tells it how often, and refused in a way that makes them stop."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
import structlog

from candor_common.events import Channel, ReplyReceived, RequestReceived, SignalReceived, SignalStatus
from candor_intake import store
from tests.plugins.served import Served
from tests.service.intake import senders
from tests.service.intake.fragile import Fragile
from tests.service.intake.posting import mail, types
from tests.service.intake.senders import (
    Sender,
    a_chat_message,
    a_slack_message,
    from_chat,
    from_exchange,
    from_pagerduty,
    from_slack,
    from_twilio,
    let_in,
)

pytestmark = pytest.mark.packages("candor_intake")

YEASTAR = {"callid": "1570000.1", "callfrom": "13800138000", "type": "Inbound", "status": "NO ANSWERED"}
SMS = {"MessageSid": "SM1", "From": "+8613800138000", "To": "+18005551212", "Body": "打印机坏了"}
CALL = {
    "CallSid": "CA1",
    "From": "+14158675309",
    "To": "+18005551212",
    "CallStatus": "no-answer",
    "Direction": "inbound",
}
RECORDING = {
    "CallSid": "CA1",
    "RecordingSid": "RE1",
    "RecordingUrl": "https://api.twilio.com/RE1",
    "RecordingStatus": "completed",
}
TRANSCRIPTION = {
    "CallSid": "CA1",
    "From": "anonymous",
    "RecordingSid": "RE1",
    "TranscriptionSid": "TR1",
    "TranscriptionStatus": "completed",
    "TranscriptionText": "The shop is down",
}

Post = Callable[..., Awaitable[httpx.Response]]


async def each_door(intake: Served, kind: str) -> tuple[Sender, Post, dict[str, Any]]:
    """A source of a kind, how it posts, and what."""
    match kind:
        case "slack":
            return await senders.slack(intake), from_slack, a_slack_message()
        case "chat":
            return await let_in(intake, "chat"), from_chat, a_chat_message()
        case "twilio-voice":
            return await senders.twilio(intake), from_twilio, CALL
        case "twilio-sms":
            return await senders.twilio(intake, kind), from_twilio, SMS
    options = {"exchange": "yeastar"}
    return await let_in(intake, "call-record", options=options), from_exchange, YEASTAR


all_doors = pytest.mark.parametrize(
    ("kind", "status", "channel"),
    [
        ("slack", 200, Channel.SLACK),
        ("chat", 202, Channel.CHAT),
        ("twilio-voice", 200, Channel.PHONE),
        ("twilio-sms", 200, Channel.SMS),
        ("call-record", 202, Channel.PHONE),
    ],
)


@all_doors
async def test_what_comes_again_and_in_parallel_is_one_request(
    intake: Served, kind: str, status: int, channel: Channel
) -> None:
    sender, post, told = await each_door(intake, kind)
    answers = await asyncio.gather(*(post(intake, sender, told) for _ in range(8)))
    answers.append(await post(intake, sender, told))
    assert {answer.status_code for answer in answers} == {status}
    assert len({answer.content for answer in answers}) == 1
    [fact] = await intake.told()
    assert isinstance(fact, RequestReceived)
    assert fact.channel is channel
    assert await intake.count(store.inbound) == 1


@all_doors
async def test_what_is_not_genuine_is_not_read(
    intake: Served, kind: str, status: int, channel: Channel
) -> None:
    sender, post, told = await each_door(intake, kind)
    wrong = Sender(sender.id, sender.path, sender.url, f"whsec_{'x' * 32}")
    before = await intake.metric("candor_requests_refused_total", channel=channel.value)
    with structlog.testing.capture_logs() as logged:
        answer = await post(intake, wrong, told)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    unsigned = await intake.client.post(sender.path, content=b"not even JSON")
    assert unsigned.status_code == 401
    assert await intake.count(store.inbound) == 0
    assert sender.secret not in f"{logged}{answer.text}"
    assert [line["event"] for line in logged] == ["not_genuine"]
    assert await intake.metric("candor_requests_refused_total", channel=channel.value) - before == 2


@all_doors
async def test_what_is_genuine_and_can_not_be_read_is_refused_for_good(
    intake: Served, kind: str, status: int, channel: Channel
) -> None:
    sender, post, _ = await each_door(intake, kind)
    bad: dict[str, Any] = {"type": "url_verification"} if kind == "slack" else {"Body": "x"}
    answer = await post(intake, sender, bad)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"]


@all_doors
async def test_no_source_is_another_kinds(intake: Served, kind: str, status: int, channel: Channel) -> None:
    sender, post, told = await each_door(intake, kind)
    for path in (
        f"/v1/hooks/{kind}/desk-000000",
        f"/v1/hooks/{'chat' if kind != 'chat' else 'slack'}/{sender.id}",
    ):
        answer = await post(intake, Sender(sender.id, path, f"http://candor.test{path}", sender.secret), told)
        assert answer.status_code == 404


@pytest.mark.parametrize("kind", ["slack", "chat"])
@pytest.mark.parametrize("minutes", [-6, 6])
async def test_a_recording_that_is_played_again_is_refused(intake: Served, kind: str, minutes: int) -> None:
    sender, post, told = await each_door(intake, kind)
    signed_at = str(int((intake.clock.now() + timedelta(minutes=minutes)).timestamp()))
    header = "X-Slack-Request-Timestamp" if kind == "slack" else "webhook-timestamp"
    assert (await post(intake, sender, told, **{header: signed_at})).status_code == 401


async def test_every_refusal_tells_slack_not_to_try_again_and_an_outage_does_not(fragile: Fragile) -> None:
    intake = fragile.intake
    sender = await senders.slack(intake)
    wrong = Sender(sender.id, sender.path, sender.url, "another secret that is wrong")
    unknown = Sender("x", "/v1/hooks/slack/x", "http://candor.test/v1/hooks/slack/x", sender.secret)
    refused = [
        await from_slack(intake, wrong, a_slack_message()),
        await from_slack(intake, unknown, a_slack_message()),
        await from_slack(intake, sender, {"type": "url_verification"}),
    ]
    assert [(one.status_code, one.headers["X-Slack-No-Retry"]) for one in refused] == [
        (401, "1"),
        (404, "1"),
        (422, "1"),
    ]
    await fragile.take_away()
    away = await from_slack(intake, sender, a_slack_message("long " * 2_000))
    assert away.status_code == 503
    assert "X-Slack-No-Retry" not in away.headers


async def test_slacks_challenge_is_answered_with_its_text(intake: Served) -> None:
    sender = await senders.slack(intake)
    answer = await from_slack(intake, sender, {"type": "url_verification", "challenge": "3eZbrw1a"})
    assert (answer.status_code, answer.text) == (200, "3eZbrw1a")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert await intake.count(store.inbound) == 0


async def test_a_second_person_in_a_thread_of_slack_joins_it(intake: Served) -> None:
    sender = await senders.slack(intake)
    await from_slack(intake, sender, a_slack_message())
    answer = a_slack_message("Same here", user="U2", ts="1700000009.000100", thread_ts="1700000000.000100")
    await from_slack(intake, sender, answer)
    await from_slack(intake, sender, a_slack_message("Another matter", ts="1700000020.000100"))
    first, second, third = await intake.told()
    assert isinstance(first, RequestReceived)
    assert isinstance(second, ReplyReceived)
    assert second.incident_id == first.reference
    assert isinstance(third, RequestReceived)


@pytest.mark.parametrize("order", range(4))
async def test_all_that_is_told_of_a_call_is_one_conversation_in_any_order(
    intake: Served, order: int
) -> None:
    sender = await senders.twilio(intake)
    told = [CALL, RECORDING, TRANSCRIPTION] * 2
    random.Random(order).shuffle(told)
    answers = await asyncio.gather(*(from_twilio(intake, sender, one) for one in told))
    assert {(one.status_code, one.headers["Content-Type"].partition(";")[0]) for one in answers} == {
        (200, "text/xml")
    }
    assert all("<Response/>" in one.text for one in answers)
    facts = await intake.told()
    assert types(facts) == ["RequestReceived", "ReplyReceived", "ReplyReceived"]
    assert len({fact.subject for fact in facts}) == 1


async def test_what_one_source_tells_can_not_join_what_another_told(intake: Served) -> None:
    first, second = await let_in(intake, "chat", "one"), await let_in(intake, "chat", "two")
    await from_chat(intake, first, a_chat_message())
    await from_chat(intake, second, a_chat_message())
    assert types(await intake.told()) == ["RequestReceived", "RequestReceived"]


async def test_a_mail_can_not_join_by_naming_a_conversation_of_a_provider(intake: Served) -> None:
    sender = await senders.twilio(intake, "twilio-sms")
    await from_twilio(intake, sender, SMS)
    key = "twilio:sms/+18005551212/+8613800138000"
    await mail(intake, In_Reply_To=f"<{key}>", References=key)
    assert types(await intake.told()) == ["RequestReceived", "RequestReceived"]


async def test_what_twilio_answers_itself_is_kept_and_ignored(intake: Served) -> None:
    sender = await senders.twilio(intake, "twilio-sms")
    answer = await from_twilio(intake, sender, SMS | {"Body": "STOP"})
    assert answer.status_code == 200
    [row] = await intake.rows(sa.select(store.inbound.c.ignored_because, store.inbound.c.source))
    assert row["ignored_because"] == "STOP, which Twilio answers"
    assert row["source"] == f"hook:{sender.id}"
    assert await intake.told() == []


async def test_the_address_that_was_signed_includes_its_query(intake: Served) -> None:
    sender = await senders.twilio(intake, "twilio-sms")
    asked = Sender(sender.id, f"{sender.path}?a=1&b=%20", f"{sender.url}?a=1&b=%20", sender.secret)
    assert (await from_twilio(intake, asked, SMS)).status_code == 200
    moved = Sender(sender.id, sender.path, f"{sender.url}?a=1", sender.secret)
    assert (await from_twilio(intake, moved, SMS)).status_code == 401


# PagerDuty's Events API


async def test_an_event_of_pagerduty_fires_and_resolves_one_trouble(intake: Served) -> None:
    sender = await let_in(intake, "pagerduty")
    answers = await asyncio.gather(*(from_pagerduty(intake, sender.secret) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {202}
    assert answers[0].json() == {
        "status": "success",
        "message": "Event processed",
        "dedup_key": "srv1/disk",
    }
    await from_pagerduty(intake, sender.secret, event_action="acknowledge")
    await from_pagerduty(intake, sender.secret, event_action="resolve", payload=None)
    fired, cleared = await intake.told()
    assert isinstance(fired, SignalReceived)
    assert isinstance(cleared, SignalReceived)
    assert (fired.status, cleared.status) == (SignalStatus.FIRING, SignalStatus.RESOLVED)
    assert fired.signal_key == cleared.signal_key


async def test_pagerduty_clients_are_answered_in_their_own_words(intake: Served) -> None:
    sender = await let_in(intake, "pagerduty")
    unknown = await from_pagerduty(intake, "f" * 32)
    assert (unknown.status_code, unknown.json()["status"]) == (400, "invalid event")
    other_kind = await let_in(intake, "chat", "zulip")
    assert (await from_pagerduty(intake, other_kind.secret)).status_code == 400
    bad = await from_pagerduty(intake, sender.secret, payload={"summary": "x"})
    assert bad.status_code == 400
    assert len(bad.json()["errors"]) == 2
    assert (await intake.client.post("/v2/enqueue", content=b"{")).json()["status"] == "invalid event"
    assert await intake.count(store.inbound) == 0


async def test_pagerduty_clients_are_told_to_come_back_after_an_outage(fragile: Fragile) -> None:
    sender = await let_in(fragile.intake, "pagerduty")
    await fragile.take_away()
    large = {"summary": "x", "source": "x", "severity": "info", "custom_details": "long " * 2_000}
    answer = await from_pagerduty(fragile.intake, sender.secret, payload=large)
    assert (answer.status_code, answer.json()["status"]) == (429, "throttle exceeded")
    await fragile.give_back()
    assert (await from_pagerduty(fragile.intake, sender.secret, payload=large)).status_code == 202
