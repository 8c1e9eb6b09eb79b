"""Providers as they post to us, signed by their own libraries where there are any."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from slack_sdk.signature import SignatureVerifier
from standardwebhooks import Webhook
from twilio.request_validator import RequestValidator

from tests.plugins.served import Served

SLACK_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TWILIO_TOKEN = "0123456789abcdef0123456789abcdef"


@dataclass(frozen=True)
class Sender:
    """A source as its provider has it: the address that was pasted there, and the secret."""

    id: str
    path: str
    url: str
    secret: str


async def let_in(intake: Served, kind: str, name: str = "desk", **wanted: Any) -> Sender:
    answer = await intake.client.post("/v1/sources", json={"name": name, "kind": kind, **wanted})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    url = str(made["url"])
    return Sender(made["id"], httpx.URL(url).path, url, made["secret"] or wanted["secret"])


async def slack(intake: Served) -> Sender:
    return await let_in(intake, "slack", secret=SLACK_SECRET)


async def twilio(intake: Served, kind: str = "twilio-voice") -> Sender:
    return await let_in(intake, kind, secret=TWILIO_TOKEN)


def _seconds(intake: Served) -> str:
    return str(int(intake.clock.now().timestamp()))


async def from_slack(intake: Served, sender: Sender, told: dict[str, Any], **headers: str) -> httpx.Response:
    body, seconds = json.dumps(told), _seconds(intake)
    signature = SignatureVerifier(sender.secret).generate_signature(timestamp=seconds, body=body)
    assert signature is not None
    signed = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": seconds,
        "X-Slack-Signature": signature,
    }
    return await intake.client.post(sender.path, content=body, headers=signed | headers)


def a_slack_message(text: str = "The shop is down", **changes: Any) -> dict[str, Any]:
    event = {"type": "message", "user": "U1", "channel": "C1", "text": text, "ts": "1700000000.000100"}
    return {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event | changes}


async def from_twilio(
    intake: Served, sender: Sender, fields: dict[str, str], **headers: str
) -> httpx.Response:
    signature = RequestValidator(sender.secret).compute_signature(sender.url, fields)
    signed = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
    return await intake.client.post(sender.path, content=urlencode(fields), headers=signed | headers)


async def from_chat(
    intake: Served, sender: Sender, message: dict[str, Any], **headers: str
) -> httpx.Response:
    body, at = json.dumps(message), intake.clock.now()
    signed = {
        "Content-Type": "application/json",
        "webhook-id": "msg_1",
        "webhook-timestamp": _seconds(intake),
        "webhook-signature": Webhook(sender.secret).sign("msg_1", at, body),
    }
    return await intake.client.post(sender.path, content=body, headers=signed | headers)


def a_chat_message(**changes: Any) -> dict[str, Any]:
    return {"id": "m1", "conversation": "c1", "sender": {"id": "u1"}, "text": "Help"} | changes


async def from_exchange(
    intake: Served, sender: Sender, record: dict[str, Any], **headers: str
) -> httpx.Response:
    held = {"Authorization": f"Bearer {sender.secret}"}
    return await intake.client.post(sender.path, json=record, headers=held | headers)


async def from_pagerduty(intake: Served, routing_key: str, **changes: Any) -> httpx.Response:
    """What PagerDuty's clients post."""
    event = {
        "routing_key": routing_key,
        "event_action": "trigger",
        "dedup_key": "srv1/disk",
        "payload": {
            "summary": "Disk full",
            "source": "srv1",
            "severity": "critical",
            "timestamp": "2026-03-02T09:00:00Z",
        },
    }
    return await intake.client.post("/v2/enqueue", json=event | changes)
