"""Endless events for each consumer stage, as the ways before it would have told them."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count

from uuid_utils import uuid7

from candor_common.events import (
    Channel,
    Contact,
    Envelope,
    Fact,
    Grade,
    Incident,
    IncidentOpened,
    IncidentStatus,
    IncidentVerified,
    Kind,
    Lane,
    Level,
    Origin,
    Priority,
    Promise,
    PromiseKind,
    PromiseMade,
    PromiseState,
    RequestReceived,
    Resolution,
)
from candor_common.trace import new_trace
from tests.bench.bare_model import TEXT

SENDER = Contact(address="ada.lovelace@customer.example", name="Ada Lovelace")
ENDED = Resolution(cause="A seal was worn.", done="It was replaced.", checked="The pump ran for an hour.")


def requests() -> Iterator[Envelope[Fact]]:
    """What intake tells: one new request after the other."""
    for number in count(1):
        yield _told(
            RequestReceived(
                request_id=str(uuid7()),
                reference=_reference(number),
                conversation_id=str(uuid7()),
                channel=Channel.REST,
                origin=Origin.HUMAN,
                received_at=datetime.now(UTC),
                subject_line="Pump stops",
                text=TEXT,
                sender=SENDER,
            )
        )


def openings() -> Iterator[Envelope[Fact]]:
    """What triage tells of new requests."""
    for number in count(1):
        yield _told(IncidentOpened(incident=_incident(number), request_id=str(uuid7())))


def openings_with_promises() -> Iterator[Envelope[Fact]]:
    """What reaches the notifier: a new incident, then what its customer was promised."""
    for number in count(1):
        incident = _incident(number)
        yield _told(IncidentOpened(incident=incident, request_id=str(uuid7())))
        for kind in (PromiseKind.FIRST_RESPONSE, PromiseKind.RESOLUTION):
            yield _told(PromiseMade(promise=_promise(incident, kind)))


def verifications() -> Iterator[Envelope[Fact]]:
    """What triage tells when fixes hold."""
    for number in count(1):
        now = datetime.now(UTC)
        ended = {"resolved_at": now, "verified_at": now, "resolution": ENDED}
        change = {"status": IncidentStatus.VERIFIED, "version": 4, **ended}
        incident = _incident(number).model_copy(update=change)
        yield _told(IncidentVerified(incident=incident, by="ada"))


STREAMS: Mapping[str, Callable[[], Iterator[Envelope[Fact]]]] = {
    "triage": requests,
    "sla-timer": openings,
    "notifier": openings_with_promises,
    "feedback": verifications,
}
"""What each stage is fed with."""


def _told(fact: Fact) -> Envelope[Fact]:
    return Envelope(str(uuid7()), f"/candor/{fact.emitter}", datetime.now(UTC), new_trace(), fact)


def _reference(number: int) -> str:
    return f"INC-{number:06d}"


def _incident(number: int) -> Incident:
    return Incident(
        id=_reference(number),
        version=1,
        title="Pump stops",
        description=TEXT,
        status=IncidentStatus.OPEN,
        kind=Kind.FAULT,
        impact=Grade.MEDIUM,
        urgency=Grade.MEDIUM,
        priority=Priority.P3,
        lane=Lane.STANDARD,
        level=Level.L1,
        team="service-desk",
        reason="bench",
        requester=SENDER.model_copy(update={"address": f"ada.{number}@customer.example"}),
        channel=Channel.REST,
        opened_at=datetime.now(UTC),
        charter_version="1",
    )


def _promise(incident: Incident, kind: PromiseKind) -> Promise:
    due = incident.opened_at + timedelta(hours=24)
    return Promise(
        id=str(uuid7()),
        incident_id=incident.id,
        version=1,
        kind=kind,
        state=PromiseState.OPEN,
        made_at=incident.opened_at,
        due_at=due,
        warn_at=due - timedelta(hours=6),
        target=timedelta(hours=24),
        priority=incident.priority,
        charter_version=incident.charter_version,
    )
