"""Alerts as Alertmanager posts them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_common.events import SignalStatus
from candor_intake.domain.inbound import BadPayload, Signal
from candor_intake.sources.alertmanager import parse

REAL = """{"receiver":"us","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"DiskFull",
"instance":"db01","severity":"critical"},"annotations":{"summary":"磁盘 99%"},
"startsAt":"2026-11-21T19:32:35.024112511Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://prom/graph",
"fingerprint":"941f90aa0dff5c4c"}],"groupLabels":{"alertname":"DiskFull"},"commonLabels":{},"commonAnnotations":{},
"externalURL":"http://alertmanager:9093","version":"4","groupKey":"{}:{alertname=\\"DiskFull\\"}",
"truncatedAlerts":0,"notification_reason":"new","routeLabels":{}}""".encode()


def signal(**alert: Any) -> Signal:
    (read,) = parse(json.dumps({"version": "4", "status": "firing", "alerts": [alert]}).encode())
    return read


def test_a_real_notification_is_read() -> None:
    assert parse(REAL) == [
        Signal(
            signal_key="941f90aa0dff5c4c",
            status=SignalStatus.FIRING,
            severity="critical",
            subject_line="磁盘 99%",
            text="alertname: DiskFull\ninstance: db01\nseverity: critical",
            labels={"alertname": "DiskFull", "instance": "db01", "severity": "critical"},
            dedup_key="941f90aa0dff5c4c/2026-11-21T19:32:35.024112511Z/firing",
            started_at=datetime(2026, 11, 21, 19, 32, 35, 24112, tzinfo=UTC),
            told_alike=True,
        )
    ]


def test_each_alert_is_a_signal() -> None:
    alerts = [{"fingerprint": "a", "status": "resolved"}, {"fingerprint": "b"}]
    read = parse(json.dumps({"version": "4", "status": "firing", "alerts": alerts}).encode())
    assert [(one.signal_key, one.status) for one in read] == [
        ("a", SignalStatus.RESOLVED),
        ("b", SignalStatus.FIRING),
    ]


def test_the_same_labels_have_the_same_key_without_a_fingerprint() -> None:
    first, same = signal(labels={"a": "1", "b": "2"}), signal(labels={"b": "2", "a": "1"})
    assert first.signal_key == same.signal_key != signal(labels={"a": "1"}).signal_key
    assert len(first.signal_key) == 64


def test_end_and_return_of_a_trouble_are_no_repeats() -> None:
    start, later = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
    facts = [("firing", start), ("resolved", start), ("firing", later)]
    keys = {signal(fingerprint="f", status=status, startsAt=at).dedup_key for status, at in facts}
    assert len(keys) == 3


def test_an_end_is_known_by_its_own_time() -> None:
    first, again, next_ = (
        signal(fingerprint="f", status="resolved", startsAt="2026-01-01T00:00:00Z", endsAt=at)
        for at in ("2026-01-01T01:00:00Z", "2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z")
    )
    assert first.dedup_key == again.dedup_key != next_.dedup_key
    assert not first.told_alike


@pytest.mark.parametrize("ended", [None, "", "0001-01-01T00:00:00Z", "soon", 5])
def test_an_end_without_a_time_is_told_alike(ended: object) -> None:
    assert signal(fingerprint="f", status="resolved", endsAt=ended).told_alike
    assert signal(fingerprint="f", status="firing", endsAt="2026-01-01T02:00:00Z").told_alike


def test_a_title_is_made_from_labels_when_there_is_no_summary() -> None:
    assert signal(labels={"alertname": "Down", "instance": "db01"}).subject_line == "Down on db01"
    assert signal(labels={"alertname": "Down"}).subject_line == "Down"
    assert signal().subject_line == "Alert without a name"


def test_the_text_is_the_description_and_what_else_was_said() -> None:
    annotations = {"summary": "s", "description": "Disk is full.", "runbook_url": "https://example.com/r"}
    read = signal(annotations=annotations, labels={"b": "2", "a": "1"})
    assert read.text == "Disk is full.\n\nrunbook_url: https://example.com/r\na: 1\nb: 2"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-21T19:32:35.024112511+08:00", datetime(2026, 11, 21, 11, 32, 35, 24112, tzinfo=UTC)),
        ("2026-11-21T19:32:35", datetime(2026, 11, 21, 19, 32, 35, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+08:00", None),
        ("9999-12-31T23:59:59-08:00", None),
        ("yesterday", None),
        (None, None),
        (5, None),
    ],
)
def test_a_time_is_read_leniently(written: object, read: datetime | None) -> None:
    assert signal(startsAt=written).started_at == read


def test_values_of_the_wrong_type_count_as_absent() -> None:
    read = signal(status=1, labels=[], annotations={"summary": 2}, fingerprint=None)
    assert (read.status, read.labels, read.subject_line) == (SignalStatus.FIRING, {}, "Alert without a name")
    assert signal(status="suppressed").status is SignalStatus.UNKNOWN


@pytest.mark.parametrize(
    ("octets", "pointer"),
    [
        (b"{}", "#/version"),
        (b'{"version": "3", "alerts": []}', "#/version"),
        (b'{"text": "a custom payload"}', "#/version"),
        (b"[]", "#/version"),
        (b'{"version": "4"}', "#/alerts"),
        (b'{"version": "4", "alerts": [1]}', "#/alerts/0"),
        (b'{"version": "4", "alerts": [NaN]}', "#/alerts/0"),
        (b"", "#"),
    ],
)
def test_another_payload_is_refused_with_help(octets: bytes, pointer: str) -> None:
    with pytest.raises(BadPayload) as caught:
        parse(octets)
    assert caught.value.pointer == pointer
    if pointer in ("#/version", "#/alerts"):
        assert "webhook_config" in caught.value.detail


ANYTHING = st.recursive(
    st.none() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
FIELDS = ("status", "labels", "annotations", "startsAt", "endsAt", "fingerprint")
ALERTS = st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, ANYTHING)) | ANYTHING, max_size=3)


@given(st.binary(max_size=60) | ALERTS.map(lambda a: json.dumps({"version": "4", "alerts": a}).encode()))
def test_any_bytes_are_signals_or_refused(octets: bytes) -> None:
    try:
        signals = parse(octets)
    except BadPayload:
        return
    for one in signals:
        f"{one.signal_key}{one.subject_line}{one.text}{one.dedup_key}{one.labels}".encode()
