"""Alerts as Prometheus Alertmanager's webhook sends them, version 4."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from candor_common.events import SignalStatus
from candor_intake.domain.inbound import SUBJECT_CHARACTERS, TEXT_CHARACTERS, BadPayload, Signal
from candor_intake.domain.words import clipped, one_line, storable
from candor_intake.sources.json_body import at, build, check, load

VERSION = "4"
_LONGEST_LABEL = 1_000
_SPOKEN = ("summary", "description")
_HELP = (
    "This endpoint reads the body that Alertmanager's webhook_config sends by itself, version 4."
    " If the receiver has a custom `payload`, remove it, or post to the REST endpoint instead."
)


def parse(body: bytes) -> list[Signal]:
    """One signal for each alert of a notification, in order."""
    whole = load(body)
    check(whole)
    if not isinstance(whole, dict) or str(whole.get("version")) != VERSION:
        raise BadPayload(_HELP, "#/version")
    if not isinstance(whole.get("alerts"), list):
        raise BadPayload(_HELP, "#/alerts")
    group_status = _word(whole.get("status"))
    return [
        _signal(build(_Alert, alert, at("#/alerts", index)), group_status)
        for index, alert in enumerate(whole["alerts"])
    ]


def _word(value: object) -> str:
    return one_line(value)[:_LONGEST_LABEL] if isinstance(value, str) else ""


def _text(value: object) -> str:
    return storable(value).strip() if isinstance(value, str) else ""


def _pairs(value: object) -> dict[str, Any]:
    return {storable(name): words for name, words in value.items()} if isinstance(value, dict) else {}


_Word = Annotated[str, BeforeValidator(_word)]
_Words = Annotated[str, BeforeValidator(_text)]


class _Alert(BaseModel):
    status: _Word = ""
    labels: Annotated[dict[str, _Word], BeforeValidator(_pairs)] = {}
    annotations: Annotated[dict[str, _Words], BeforeValidator(_pairs)] = {}
    started: Annotated[str, BeforeValidator(_word), Field(alias="startsAt")] = ""
    ended: Annotated[str, BeforeValidator(_word), Field(alias="endsAt")] = ""
    fingerprint: _Word = ""


def _signal(alert: _Alert, group_status: str) -> Signal:
    status = alert.status or group_status
    key = alert.fingerprint or _label_hash(alert.labels)
    told = f"{key}/{alert.started}/{status}"
    # Each end has a time of its own; all that fires between two ends looks alike, see `domain/turns.py`.
    own_end = SignalStatus(status) is SignalStatus.RESOLVED and _time(alert.ended) is not None
    return Signal(
        signal_key=key,
        status=SignalStatus(status),
        severity=alert.labels.get("severity", ""),
        subject_line=clipped(_title(alert), SUBJECT_CHARACTERS),
        text=clipped(_description(alert), TEXT_CHARACTERS),
        labels=alert.labels,
        dedup_key=f"{told}/{alert.ended}" if own_end else told,
        started_at=_time(alert.started),
        told_alike=not own_end,
    )


def _label_hash(labels: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(sorted(labels.items())).encode()).hexdigest()


def _title(alert: _Alert) -> str:
    what, where = alert.labels.get("alertname", ""), alert.labels.get("instance", "")
    by_labels = f"{what or 'Alert'} on {where}" if where else what
    return one_line(alert.annotations.get("summary", "")) or by_labels or "Alert without a name"


def _description(alert: _Alert) -> str:
    others = {name: words for name, words in alert.annotations.items() if name not in _SPOKEN}
    lines = [f"{name}: {words}" for name, words in (*sorted(others.items()), *sorted(alert.labels.items()))]
    return "\n\n".join(part for part in (alert.annotations.get("description"), "\n".join(lines)) if part)


def _time(written: str) -> datetime | None:
    """The time, unless it is unreadable or Go's zero time, which means that there is none."""
    try:
        time = datetime.fromisoformat(written)
        aware = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return aware if aware.year > 1 else None
