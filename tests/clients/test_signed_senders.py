"""Slack, Twilio and senders of Standard Webhooks: what their own libraries sign is taken, as the operator set it up."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import httpx
import pytest
from slack_sdk.signature import SignatureVerifier
from standardwebhooks import Webhook
from twilio.request_validator import RequestValidator

from candor_common.events import Channel, IncidentOpened, RequestJoined, RequestReceived
from tests.clients.instance import PATIENCE, Instance

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
FORM = "application/x-www-form-urlencoded"


def post(url: str, body: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.post(url, content=body.encode(), headers=named, timeout=PATIENCE, trust_env=False)


def from_slack(source: dict[str, Any], told: dict[str, Any], secret: str = SECRET) -> httpx.Response:
    body, seconds = json.dumps(told), str(int(time.time()))
    sign: Callable[..., str | None] = SignatureVerifier(secret).generate_signature
    signature = sign(timestamp=seconds, body=body) or ""
    kind = "application/json"
    signed = {"X_Slack_Signature": signature, "X_Slack_Request_Timestamp": seconds, "Content_Type": kind}
    return post(source["url"], body, **signed)


def a_message(user: str, text: str, ts: str) -> dict[str, Any]:
    event = {"type": "message", "user": user, "channel": "C1", "text": text, "ts": ts, "thread_ts": "1.0001"}
    return {"type": "event_callback", "team_id": "T1", "event_id": f"Ev{ts}", "event": event}


def test_slack_finds_us_by_its_challenge_and_a_thread_is_one_incident(candor: Instance) -> None:
    source = candor.let_in("slack", "slack", secret=SECRET)
    challenge = from_slack(source, {"type": "url_verification", "challenge": "3eZbrw1a"})
    assert (challenge.status_code, challenge.text) == (200, "3eZbrw1a")
    assert from_slack(source, a_message("U1", "The shop is down", "1.0001")).status_code == 200
    first = candor.first(RequestReceived, lambda one: one.channel is Channel.SLACK)
    opened = candor.first(IncidentOpened, lambda one: one.request_id == first.request_id)
    for _ in range(2):  # Slack tells once more what it got no answer to in time
        assert from_slack(source, a_message("U2", "For me, too", "2.0001")).status_code == 200
    candor.first(RequestJoined, lambda one: one.incident.id == opened.incident.id)


def test_slack_is_told_to_stop_when_its_secret_is_another(candor: Instance) -> None:
    source = candor.let_in("slack", "slack-2", secret=SECRET)
    refused = from_slack(source, a_message("U1", "x", "3.0001"), secret="another secret, just as long")
    assert (refused.status_code, refused.headers["X-Slack-No-Retry"]) == (401, "1")
    large = from_slack(source, a_message("U1", "x" * 30_000_000, "4.0001"))
    assert (large.status_code, large.headers["X-Slack-No-Retry"]) == (413, "1")


@pytest.mark.parametrize(
    ("kind", "fields", "channel"),
    [
        (
            "twilio-sms",
            {"MessageSid": "SM1", "From": "+8613800138000", "To": "+18005551212", "Body": "打印机坏了"},
            Channel.SMS,
        ),
        (
            "twilio-voice",
            {
                "CallSid": "CA1",
                "From": "+14158675309",
                "To": "+18005551212",
                "CallStatus": "no-answer",
                "Direction": "inbound",
                "CallerName": "",
            },
            Channel.PHONE,
        ),
    ],
)
def test_what_twilio_signs_is_taken_and_answered_with_no_words(
    candor: Instance, kind: str, fields: dict[str, str], channel: Channel
) -> None:
    source = candor.let_in(kind, kind, secret=SECRET)
    validator = RequestValidator(SECRET)
    signature = validator.compute_signature(source["url"], fields)
    answer = post(source["url"], urlencode(fields), X_Twilio_Signature=signature, Content_Type=FORM)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/xml")
    spoken = ElementTree.fromstring(answer.text)
    assert (spoken.tag, len(spoken)) == ("Response", 0)
    fact = candor.first(RequestReceived, lambda one: one.channel is channel)
    assert fact.sender.address == fields["From"]
    elsewhere = validator.compute_signature("https://elsewhere.example/", fields)
    refused = post(source["url"], urlencode(fields), X_Twilio_Signature=elsewhere, Content_Type=FORM)
    assert refused.status_code == 401


def test_what_the_library_of_standard_webhooks_signs_is_taken_once(candor: Instance) -> None:
    source = candor.let_in("chat", "zulip")
    message = {"id": "m1", "conversation": "c1", "sender": {"id": "u1", "name": "张三"}, "text": "打印机坏了"}
    body, at = json.dumps(message), datetime.now(UTC)
    headers = {
        "webhook_id": "msg_1",
        "webhook_timestamp": str(int(at.timestamp())),
        "webhook_signature": Webhook(source["secret"]).sign("msg_1", at, body),
        "Content_Type": "application/json",
    }
    answers = [post(source["url"], body, **headers) for _ in range(2)]
    assert [one.status_code for one in answers] == [202, 202]
    assert answers[0].json()["reference"] == answers[1].json()["reference"]
    fact = candor.first(RequestReceived, lambda one: one.channel is Channel.CHAT)
    assert (fact.text, fact.sender.name, fact.language) == ("打印机坏了", "张三", "zh-Hans")
    assert post(source["url"], body.replace("m1", "m2"), **headers).status_code == 401
