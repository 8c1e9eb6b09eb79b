"""Facts of the other services, for tests of one that reads them."""

from datetime import UTC, datetime
from typing import Any

from candor_common.events import (
    Channel,
    Contact,
    Grade,
    Incident,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentStatus,
    Kind,
    Lane,
    Level,
    Priority,
    RequestJoined,
    Resolution,
)

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
LI = Contact(address="li@example.com", name="Li Wei")
FIXED = Resolution(cause="A full disk.", done="Old logs were removed.", checked="The page loads again.")


def an_incident(id: str = "INC-000001", **given: Any) -> Incident:
    """An incident that a customer opened at nine."""
    usual: dict[str, Any] = {
        "version": 1,
        "title": "The shop is broken",
        "description": "The page does not load.",
        "status": IncidentStatus.OPEN,
        "kind": Kind.FAULT,
        "impact": Grade.MEDIUM,
        "urgency": Grade.MEDIUM,
        "priority": Priority.P3,
        "lane": Lane.STANDARD,
        "level": Level.L1,
        "team": "service-desk",
        "requester": LI,
        "channel": Channel.MAIL,
        "opened_at": NINE,
        "charter_version": "0123456789ab",
    }
    return Incident(id=id, **usual | given)


def opened(request_id: str, incident: Incident) -> IncidentOpened:
    return IncidentOpened(incident=incident, request_id=request_id)


def joined(request_id: str, reference: str, incident: Incident) -> RequestJoined:
    return RequestJoined(incident=incident, request_id=request_id, reference=reference)


def resolved(id: str = "INC-000001", at: datetime = NINE, **given: Any) -> IncidentResolved:
    """A person says that it works again."""
    usual = {"version": 2, "status": IncidentStatus.RESOLVED, "resolved_at": at, "resolution": FIXED}
    return IncidentResolved(incident=an_incident(id, **usual | given), by="ana", resolution=FIXED)


def reopened(id: str = "INC-000001", **given: Any) -> IncidentReopened:
    """The customer says that it does not."""
    return IncidentReopened(incident=an_incident(id, **{"version": 3} | given), by="li@example.com")
