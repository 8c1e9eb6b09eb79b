"""What each provider would send to say that somebody wrote: to try whether a source is set up as it should be."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from candor_common import standard_webhooks
from candor_intake.domain.source import Source
from candor_intake.sources.door import FORM, JSON
from candor_intake.sources.signed import mapping_of
from candor_intake.verify import slack, twilio
from candor_intake.verify.delivery import Delivery

_WORDS = "This is a test of the source."


def sample(source: Source, url: str, at: datetime) -> Delivery:
    """A delivery signed with the source's secret, as if its provider had sent it to the address at that time."""
    match source.kind:
        case "slack":
            return _slack(source, at)
        case "chat":
            return _chat(source, at)
        case "twilio-voice" | "twilio-sms":
            return _twilio(source, url, at)
        case "call-record":
            return _call_record(source, at)
    return _pagerduty(source, at)


def _slack(source: Source, at: datetime) -> Delivery:
    event = {
        "type": "message",
        "user": "UTEST",
        "channel": "CTEST",
        "text": _WORDS,
        "ts": f"{at.timestamp():f}",
    }
    body = _json({"type": "event_callback", "team_id": "TTEST", "event": event})
    seconds = str(int(at.timestamp()))
    signature = slack.sign(source.material.secret, seconds, body)
    return Delivery({slack.TIMESTAMP: seconds, slack.SIGNATURE: signature, "content-type": JSON}, body, at)


def _chat(source: Source, at: datetime) -> Delivery:
    body = _json({"id": _id(at), "conversation": "test", "sender": {"id": "test"}, "text": _WORDS})
    key = standard_webhooks.key_of(source.material.secret)
    headers = standard_webhooks.signed([key], _id(at), at, body)
    return Delivery({**headers, "content-type": JSON}, body, at)


def _twilio(source: Source, url: str, at: datetime) -> Delivery:
    told = {"From": "+15005550006", "To": "+15005550001"}
    if source.kind == "twilio-sms":
        told |= {"MessageSid": _id(at), "Body": _WORDS}
    else:
        told |= {"CallSid": _id(at), "CallStatus": "completed", "Direction": "inbound", "CallDuration": "1"}
    body = urlencode(told).encode()
    signature = twilio.sign_form(source.material.secret, url, body)
    return Delivery({twilio.SIGNATURE: signature, "content-type": FORM}, body, at, url)


def _call_record(source: Source, at: datetime) -> Delivery:
    mapping = mapping_of(source.options)
    record: dict[str, Any] = {}
    said = {"id": _id(at), "caller": "+15005550006", "direction": min(mapping.incoming, default="inbound")}
    for target, path in mapping.paths.items():
        _put(record, path.split("."), said.get(target, ""))
    headers = {"authorization": f"Bearer {source.material.secret}", "content-type": JSON}
    return Delivery(headers, _json(record), at)


def _put(record: dict[str, Any], path: list[str], value: str) -> None:
    """Write a value where a mapping looks for it; a step into a list is met by a name as well."""
    for step in path[:-1]:
        record = record.setdefault(step, {})
    record[path[-1]] = value


def _pagerduty(source: Source, at: datetime) -> Delivery:
    payload = {"summary": _WORDS, "source": "candor", "severity": "info", "timestamp": at.isoformat()}
    body = {
        "routing_key": source.material.secret,
        "event_action": "trigger",
        "dedup_key": _id(at),
        "payload": payload,
    }
    return Delivery({"content-type": JSON}, _json(body), at)


def _id(at: datetime) -> str:
    return f"test-{at.timestamp():.0f}"


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
