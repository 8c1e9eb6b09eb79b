"""Events of other services, as the SLA timer hears them."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from candor_common.events import (
    Channel,
    Contact,
    Envelope,
    Fact,
    FactT,
    Grade,
    Incident,
    IncidentStatus,
    Kind,
    Lane,
    Level,
    Message,
    MessageKind,
    MessageState,
    Priority,
    Resolution,
)
from candor_common.trace import new_trace

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
RESOLUTION = Resolution(cause="A full disk.", done="Removed logs.", checked="It loads.")
REQUESTER = Contact(address="kim@example.com")


def an_incident(id: str = "INC-1", **changed: Any) -> Incident:
    """A P1 of L1: an answer within 1 h, a resolution within 4 h, an update every 30 min."""
    values: dict[str, Any] = {
        "id": id,
        "version": 1,
        "title": "Shop is down",
        "description": "502",
        "status": IncidentStatus.OPEN,
        "kind": Kind.FAULT,
        "impact": Grade.HIGH,
        "urgency": Grade.HIGH,
        "priority": Priority.P1,
        "lane": Lane.EMERGENCY,
        "level": Level.L1,
        "team": "operations",
        "requester": REQUESTER,
        "channel": Channel.MAIL,
        "opened_at": NOON,
        "charter_version": "c0",
    }
    return Incident(**(values | changed))


def sent(kind: MessageKind, at: datetime, *, incident: str = "INC-1", cause: str = "e0") -> Message:
    return Message(
        id=str(uuid4()),
        incident_id=incident,
        kind=kind,
        state=MessageState.SENT,
        channel=Channel.MAIL,
        recipient=REQUESTER.address,
        message_id="<m@example.com>",
        cause_event_id=cause,
        planned_at=NOON,
        sent_at=at,
    )


def heard(fact: FactT, at: datetime = NOON) -> Envelope[FactT]:
    return Envelope(str(uuid4()), f"/candor/{fact.emitter}", at, new_trace(), fact)


def envelopes(*facts: Fact, at: datetime = NOON) -> list[Envelope[Fact]]:
    return [heard(fact, at) for fact in facts]
