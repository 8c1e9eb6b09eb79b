"""Events as PagerDuty's Events API v2 takes them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_common.events import SignalStatus
from candor_intake.domain.inbound import BadPayload, Ignored, Malformed, Signal
from candor_intake.sources.pagerduty import (
    LARGEST_BYTES,
    Answer,
    Event,
    InvalidEvent,
    accepted,
    answer_to,
    busy,
    parse,
    unknown_key,
)
from tests.unit.intake.doors import ANY_JSON, ODD_TEXT, check_fit, json_bodies, objects

ROUTING_KEY = "R" * 32
PAYLOAD: dict[str, Any] = {
    "summary": "DISK at 99% on machine prod-datapipe03.example.com",
    "timestamp": "2026-07-17T08:42:58.315+08:00",
    "severity": "critical",
    "source": "prod-datapipe03.example.com",
    "component": "mysql",
    "group": "prod-datapipe",
    "class": "disk",
    "custom_details": {"free space": "1%", "ping time": 1500, "load": [0.75, {"五分钟": 1}]},
}
TRIGGER: dict[str, Any] = {
    "payload": PAYLOAD,
    "routing_key": ROUTING_KEY,
    "dedup_key": "srv01/HTTP",
    "images": [{"src": "https://example.com/a.png"}],
    "links": [{"href": "https://example.com/", "text": "Runbook"}],
    "event_action": "trigger",
    "client": "Sample Monitoring Service",
    "client_url": "https://monitoring.example.com",
}


def body(**changes: Any) -> bytes:
    return json.dumps(
        {name: value for name, value in (TRIGGER | changes).items() if value is not None}
    ).encode()


def signal(octets: bytes) -> Signal:
    inbound = parse(octets).inbound
    assert isinstance(inbound, Signal)
    check_fit(inbound)
    return inbound


def errors(octets: bytes) -> tuple[str, ...]:
    with pytest.raises(InvalidEvent) as caught:
        parse(octets)
    return caught.value.errors


def test_a_trigger_is_a_signal_of_trouble() -> None:
    event = parse(body())
    assert (event.routing_key, event.dedup_key) == (ROUTING_KEY, "srv01/HTTP")
    fired = signal(body())
    assert (fired.status, fired.severity, fired.subject_line) == (
        SignalStatus.FIRING,
        "critical",
        PAYLOAD["summary"],
    )
    assert fired.started_at == datetime(2026, 7, 17, 0, 42, 58, 315000, tzinfo=UTC)
    assert fired.labels["component"] == "mysql"
    assert fired.labels["class"] == "disk"
    for words in (
        "free space: 1%",
        "ping time: 1500",
        "五分钟",
        "Runbook https://example.com/",
        "monitoring.example",
    ):
        assert words in fired.text


def test_a_resolve_ends_the_same_trouble() -> None:
    end = signal(body(event_action="resolve", payload=None))
    assert (end.status, end.signal_key) == (SignalStatus.RESOLVED, signal(body()).signal_key)
    assert end.subject_line == "srv01/HTTP is over"


def test_what_a_resolve_sends_along_may_be_incomplete() -> None:
    assert signal(body(event_action="resolve", payload={"summary": "x"})).subject_line == "srv01/HTTP is over"
    assert signal(body(event_action="resolve")).subject_line == PAYLOAD["summary"]


def test_an_acknowledgement_changes_nothing() -> None:
    event = parse(body(event_action="acknowledge", payload=None))
    assert isinstance(event.inbound, Ignored)
    assert accepted(event).body["dedup_key"] == "srv01/HTTP"


def test_a_key_is_made_where_there_is_none_and_is_the_same_for_the_same_bytes() -> None:
    once, again, other = (parse(body(dedup_key=None, client=one)) for one in ("a", "a", "b"))
    assert once.dedup_key == again.dedup_key != other.dedup_key
    assert once.dedup_key
    assert parse(body(dedup_key="", client="a")).dedup_key


def test_an_event_told_again_has_the_same_key() -> None:
    assert signal(body()).dedup_key == signal(body()).dedup_key
    later = body(payload=PAYLOAD | {"timestamp": "2026-07-18T08:42:58Z"})
    keys = {signal(one).dedup_key for one in (body(), body(event_action="resolve"), later)}
    assert len(keys) == 3


def test_a_trouble_that_returns_without_a_time_is_not_taken_for_a_repeat() -> None:
    assert signal(body(payload=PAYLOAD | {"timestamp": None})).dedup_key == ""


def test_senders_that_use_the_same_key_do_not_meet() -> None:
    assert signal(body(routing_key="S" * 32)).signal_key != signal(body()).signal_key


def test_the_routing_key_is_shown_nowhere() -> None:
    event = parse(body())
    assert ROUTING_KEY not in repr(event)
    assert ROUTING_KEY not in repr(event.inbound)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"routing_key": None}, "routing_key:"),
        ({"routing_key": ""}, "routing_key:"),
        ({"event_action": "explode"}, "event_action:"),
        ({"event_action": None}, "event_action:"),
        ({"payload": None}, "payload:"),
        ({"payload": []}, "payload:"),
        ({"payload": PAYLOAD | {"summary": " "}}, "payload.summary:"),
        ({"payload": PAYLOAD | {"source": None}}, "payload.source:"),
        ({"payload": PAYLOAD | {"severity": "fatal"}}, "payload.severity:"),
        ({"dedup_key": "k" * 256}, "dedup_key:"),
        ({"event_action": "resolve", "dedup_key": None}, "dedup_key:"),
        ({"event_action": "acknowledge", "dedup_key": ""}, "dedup_key:"),
    ],
)
def test_an_invalid_event_is_refused_with_its_place(changes: dict[str, Any], place: str) -> None:
    assert any(one.startswith(place) for one in errors(body(**changes)))


def test_all_faults_are_named_at_once() -> None:
    assert len(errors(b'{"event_action": "trigger", "payload": {}}')) == 4


def test_the_answers_are_those_of_pagerduty() -> None:
    assert accepted(Event("k", "srv01/HTTP", Ignored("x"))) == Answer(
        202, {"status": "success", "message": "Event processed", "dedup_key": "srv01/HTTP"}
    )
    try:
        parse(b"{}")
    except BadPayload as fault:
        refusal = answer_to(fault)
    assert (refusal.status, refusal.body["status"]) == (400, "invalid event")
    assert len(refusal.body["errors"]) == 2
    assert (answer_to(Malformed("no JSON")).status, unknown_key().status, busy().status) == (400, 400, 429)


def test_an_event_has_a_largest_size() -> None:
    padding = LARGEST_BYTES - len(body(client="x")) + 1
    assert signal(body(client="x" * padding))
    assert "larger" in errors(body(client="x" * (padding + 1)))[0]


def test_alertmanagers_event_is_read() -> None:
    sent = {
        "routing_key": ROUTING_KEY,
        "event_action": "trigger",
        "dedup_key": "5e7d4e5c",
        "client": "Alertmanager",
        "client_url": "http://am/#/alerts",
        "payload": {
            "summary": "[FIRING:1] DiskFull (db01 critical)",
            "source": "Alertmanager",
            "severity": "error",
            "custom_details": {"firing": "Labels:\n - instance = db01", "num_firing": "1"},
        },
    }
    assert "firing: Labels:\n - instance = db01\nnum_firing: 1" in signal(json.dumps(sent).encode()).text


PAYLOADS = objects(
    summary=ODD_TEXT,
    source=ODD_TEXT,
    severity=st.sampled_from(["critical", "info"]),
    timestamp=ODD_TEXT | st.just("9999-12-31T23:59:59-08:00"),
    custom_details=ANY_JSON,
)
EVENTS = objects(
    routing_key=ODD_TEXT,
    event_action=st.sampled_from(["trigger", "acknowledge", "resolve"]),
    dedup_key=ODD_TEXT,
    payload=PAYLOADS | PAYLOADS.map(lambda one: PAYLOAD | one),
    links=st.lists(objects(href=ODD_TEXT, text=ODD_TEXT) | ANY_JSON, max_size=2),
)


@given(json_bodies(EVENTS, EVENTS.map(lambda one: TRIGGER | one)))
def test_any_bytes_are_an_event_or_refused(octets: bytes) -> None:
    try:
        event = parse(octets)
    except BadPayload as fault:
        json.dumps(answer_to(fault).body, ensure_ascii=False).encode()
        return
    json.dumps(accepted(event).body, ensure_ascii=False).encode()
    check_fit(event.inbound)
