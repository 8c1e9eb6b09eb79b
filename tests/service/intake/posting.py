"""Posting to intake's doors, and what came of it."""

import json
from typing import Any

import httpx

from candor_common.events import Fact
from tests.plugins.served import Served
from tests.unit.intake.mails import a_mail

GOOD: dict[str, Any] = {
    "subject": "Printer",
    "text": "It is broken.",
    "from": {"address": "zhang@example.com"},
}


def body(**changes: Any) -> bytes:
    """A good request, as JSON."""
    return json.dumps(GOOD | changes).encode()


def batch(*items: dict[str, Any]) -> bytes:
    return json.dumps({"requests": items}).encode()


async def post(intake: Served, content: bytes, key: str | None = None, **headers: str) -> httpx.Response:
    return await _post(intake, "/v1/requests", content, key, headers)


async def post_batch(
    intake: Served, content: bytes, key: str | None = None, **headers: str
) -> httpx.Response:
    return await _post(intake, "/v1/requests/batch", content, key, headers)


async def _post(
    intake: Served, path: str, content: bytes, key: str | None, headers: dict[str, str]
) -> httpx.Response:
    named = {} if key is None else {"Idempotency-Key": key}
    return await intake.client.post(
        path, content=content, headers={"Content-Type": "application/json", **named, **headers}
    )


async def post_mail(intake: Served, raw: bytes, **envelope: str) -> httpx.Response:
    headers = {"Content-Type": "message/rfc822"}
    return await intake.client.post("/v1/hooks/email/raw", content=raw, headers=headers, params=envelope)


async def mail(intake: Served, **headers: str | bytes | None) -> dict[str, Any]:
    """Post a mail that is taken; returns its receipt."""
    answer = await post_mail(intake, a_mail("The printer is broken.", **headers))
    assert answer.status_code == 202, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


def an_alert(name: str = "DiskFull", status: str = "firing", **changes: Any) -> dict[str, Any]:
    return {
        "status": status,
        "labels": {"alertname": name, "instance": "db01", "severity": "critical"},
        "annotations": {"summary": f"{name} on db01"},
        "startsAt": "2026-03-02T08:59:35.024112511Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.test/graph",
        "fingerprint": f"{name.lower()}-941f90aa",
        **changes,
    }


def a_notification(*alerts: dict[str, Any], **changes: Any) -> bytes:
    """What Alertmanager sends."""
    whole = {
        "version": "4",
        "groupKey": '{}:{alertname="DiskFull"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "candor",
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.test",
        "alerts": alerts,
    }
    return json.dumps(whole | changes).encode()


async def post_alerts(intake: Served, content: bytes) -> httpx.Response:
    headers = {"Content-Type": "application/json", "User-Agent": "Alertmanager/0.25.0"}
    return await intake.client.post("/v1/hooks/alertmanager", content=content, headers=headers)


async def raw_of(intake: Served, receipt: dict[str, Any]) -> httpx.Response:
    return await intake.client.get(f"/v1/requests/{receipt['request_id']}/raw")


def types(facts: list[Fact]) -> list[str]:
    return [type(fact).__name__ for fact in facts]
