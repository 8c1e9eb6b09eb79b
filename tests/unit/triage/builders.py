"""Requests and incidents for tests of triage, with defaults that a test overrides where it matters."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from candor_common.charter import Charter, load_charter
from candor_common.events import (
    Channel,
    Contact,
    Incident,
    Origin,
    ReplyReceived,
    RequestReceived,
    Resolution,
    SignalReceived,
    SignalStatus,
)
from candor_triage.domain.opening import open_incident

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
CHARTER: Charter = load_charter(None)
LI = Contact(address="li@example.com", name="Li Wei")
FIXED = Resolution(cause="A full disk.", done="Old logs were removed.", checked="The page loads again.")
_numbers = count(1)


def after(**span: float) -> datetime:
    """A moment after noon."""
    return NOON + timedelta(**span)


def a_request(reference: str = "INC-000001", **given: Any) -> RequestReceived:
    return RequestReceived(**_inbound(reference) | {"sender": LI, "language": "zh"} | given)


def a_reply(to: str, reference: str = "INC-000050", **given: Any) -> ReplyReceived:
    usual = _inbound(reference) | {"sender": LI, "text": "It still does not load."} | given
    return ReplyReceived(incident_id=to, **usual)


def a_signal(reference: str = "INC-000080", **given: Any) -> SignalReceived:
    usual = _inbound(reference) | {
        "channel": Channel.ALERT,
        "origin": Origin.MACHINE,
        "subject_line": "DiskFull on db01",
        "text": "The disk is at 99 %.",
        "signal_key": "disk-db01",
        "status": SignalStatus.FIRING,
        "severity": "warning",
    }
    return SignalReceived(**usual | given)


def a_clearing(reference: str = "INC-000081", **given: Any) -> SignalReceived:
    return a_signal(reference, status=SignalStatus.RESOLVED, **given)


def an_incident(reference: str = "INC-000001", **given: Any) -> Incident:
    """An incident that a customer opened at noon."""
    return open_incident(a_request(reference, **given), CHARTER).incident


def an_alert(reference: str = "INC-000080", **given: Any) -> Incident:
    """An incident that a signal opened at noon."""
    return open_incident(a_signal(reference, **given), CHARTER).incident


def _inbound(reference: str) -> dict[str, Any]:
    return {
        "request_id": f"request-{next(_numbers)}",
        "reference": reference,
        "conversation_id": f"conversation of {reference}",
        "channel": Channel.MAIL,
        "origin": Origin.HUMAN,
        "received_at": NOON,
        "subject_line": "The shop is broken",
        "text": "The page does not load, error 500.",
    }
