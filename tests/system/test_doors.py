"""Through the newer doors and on through all five services: what belongs together is one incident."""

import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from slack_sdk.signature import SignatureVerifier
from twilio.request_validator import RequestValidator

from candor_common.events import (
    Channel,
    Fact,
    FactT,
    IncidentOpened,
    IncidentResolved,
    MessageRefused,
    MessageSent,
    PromiseKept,
    PromiseKind,
    RequestJoined,
    RequestReceived,
)
from tests.worlds.embedded import World, opened

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
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
TRANSCRIPTION = RECORDING | {"TranscriptionText": "The shop is down.", "TranscriptionStatus": "completed"}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with opened(tmp_path / "data") as made:
        yield made


async def let_in(world: World, kind: str, secret: str | None = SECRET) -> dict[str, Any]:
    wanted = {"name": "desk", "kind": kind, "secret": secret}
    answer = await world.http.post("/v1/sources", json=wanted)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def take(world: World, posting: Awaitable[httpx.Response]) -> None:
    answer = await posting
    assert answer.status_code < 400, answer.text


def told(world: World, kind: type[FactT]) -> list[FactT]:
    facts: list[Fact] = [one.fact for one in world.events()]
    return [one for one in facts if isinstance(one, kind)]


def from_twilio(world: World, url: str, fields: dict[str, str]) -> Awaitable[httpx.Response]:
    headers = {
        "X-Twilio-Signature": RequestValidator(SECRET).compute_signature(url, fields),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return world.http.post(urlsplit(url).path, content=urlencode(fields), headers=headers)


@pytest.mark.parametrize("order", range(3))
async def test_a_missed_call_its_recording_and_its_words_are_one_incident(world: World, order: int) -> None:
    source = await let_in(world, "twilio-voice")
    reports = [CALL, RECORDING, TRANSCRIPTION, CALL]
    random.Random(order).shuffle(reports)
    for fields in reports:
        await take(world, from_twilio(world, source["url"], fields))
        await world.settle()
    [incident] = told(world, IncidentOpened)
    joined = told(world, RequestJoined)
    assert {one.incident.id for one in joined} == {incident.incident.id}
    assert len(joined) == 2
    assert world.troubles() == []


async def test_who_can_only_be_called_is_answered_by_a_call(world: World) -> None:
    """No text messages are set up, so nothing can be written to a number; the promise is kept all the same."""
    source = await let_in(world, "twilio-voice")
    await take(world, from_twilio(world, source["url"], CALL))
    await world.settle()
    [opening] = told(world, IncidentOpened)
    assert told(world, MessageRefused)
    await world.reach(5)
    words = {"by": "ana", "doing": "We look.", "expect": "A call within the hour.", "by_phone": True}
    where = f"/v1/incidents/{opening.incident.id}"
    tag = (await world.http.get(where)).headers["ETag"]
    await take(world, world.http.post(f"{where}/update", json=words, headers={"If-Match": tag}))
    await world.settle()
    [said] = told(world, MessageSent)
    assert (said.message.channel, said.message.sent_at) == (Channel.PHONE, world.moment(5))
    assert PromiseKind.FIRST_RESPONSE in {one.promise.kind for one in told(world, PromiseKept)}
    timeline = (await world.http.get(where)).json()["timeline"]
    assert "The update to +14158675309 was told on the phone" in {one["text"] for one in timeline}
    assert world.troubles() == []


async def test_two_people_in_a_thread_of_slack_have_one_incident(world: World) -> None:
    source = await let_in(world, "slack")
    sign: Callable[..., str | None] = SignatureVerifier(SECRET).generate_signature
    for user, ts in (("U1", "1.000100"), ("U2", "2.000100"), ("U2", "2.000100")):
        event = {"type": "message", "user": user, "channel": "C1", "text": f"Down for {user}", "ts": ts}
        told_us = {"type": "event_callback", "team_id": "T1", "event": event | {"thread_ts": "1.000100"}}
        body, seconds = json.dumps(told_us), str(int(world.clock.now().timestamp()))
        headers = {
            "X-Slack-Request-Timestamp": seconds,
            "X-Slack-Signature": sign(timestamp=seconds, body=body) or "",
        }
        await take(world, world.http.post(urlsplit(source["url"]).path, content=body, headers=headers))
    await world.settle()
    assert (len(told(world, IncidentOpened)), len(told(world, RequestJoined))) == (1, 1)


async def test_what_fires_at_pagerduty_is_resolved_there(world: World) -> None:
    source = await let_in(world, "pagerduty", None)
    payload = {"summary": "Disk full on db01", "source": "db01", "severity": "critical"}
    event = {"routing_key": source["secret"], "dedup_key": "db01/disk", "payload": payload}
    for action in ("trigger", "trigger", "acknowledge", "resolve"):
        await take(world, world.http.post("/v2/enqueue", json=event | {"event_action": action}))
        await world.settle()
    [incident] = told(world, IncidentOpened)
    assert incident.incident.title == "Disk full on db01"
    assert [one.incident.id for one in told(world, IncidentResolved)] == [incident.incident.id]


async def test_who_fills_in_the_form_gets_a_mail_with_the_reference_of_the_page(world: World) -> None:
    customer = {
        "name": "Shop Ltd",
        "lane": "vip",
        "contacts": [{"addresses": [{"channel": "mail", "address": "ann@shop.example"}]}],
    }
    await take(world, world.http.post("/v1/customers", json=customer))
    form = {"address": "ann@shop.example", "text": "502 since 14:02", "submission": "s1"}
    sent = await world.http.post("/request?lang=en", data=form)
    page = await world.http.get(sent.headers["Location"])
    await world.settle()
    [received] = told(world, RequestReceived)
    assert received.reference in page.text
    [incident] = told(world, IncidentOpened)
    assert (incident.incident.customer, incident.incident.lane.value) == ("Shop Ltd", "vip")
    assert [one.message.recipient for one in told(world, MessageSent)] == ["ann@shop.example"]
    assert received.reference in world.mails()[0].text
