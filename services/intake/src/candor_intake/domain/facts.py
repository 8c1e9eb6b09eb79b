"""What intake tells the other services about an inbound message."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from candor_common.events import Attachment, Channel, Origin, ReplyReceived, RequestReceived, SignalReceived
from candor_intake.domain.customer import KnownSender
from candor_intake.domain.inbound import Request, Signal

Received: TypeAlias = RequestReceived | ReplyReceived | SignalReceived

SEEMS_TO_FOLLOW = "candor.seems_to_follow"
"""The label of a request that answers or names an incident in which its sender takes no part; triage reads it."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """When and under which names a message was accepted. Times are in UTC."""

    request_id: str
    reference: str
    channel: Channel
    at: datetime


def request_received(
    arrival: Arrival, request: Request, known: KnownSender | None = None, touched: str | None = None
) -> RequestReceived:
    """A message that belongs to nothing known. Its conversation has the name of its reference.

    What it seems to be about, without its sender taking part there, is for the team and stands in the labels.
    """
    known_as = (
        {"customer": known.customer, "lane": known.lane, "language": known.language or request.language}
        if known
        else {"language": request.language, "verified": False}
    )
    return RequestReceived(
        request_id=arrival.request_id,
        reference=arrival.reference,
        conversation_id=arrival.reference,
        channel=arrival.channel,
        origin=request.origin,
        received_at=arrival.at,
        subject_line=request.subject_line,
        text=request.text,
        labels=_labels(request, touched),
        message_id=request.thread.message_id if request.thread else None,
        attachments=_attachments(request),
        sender=known.contact(request.sender) if known else request.sender,
        non_delivery=request.non_delivery,
        urgent=request.urgent,
        **known_as,
    )


def reply_received(
    arrival: Arrival, request: Request, incident_id: str, known: KnownSender | None = None
) -> ReplyReceived:
    """A message of somebody who takes part in an incident; it follows the incident's own strand of events."""
    return ReplyReceived(
        request_id=arrival.request_id,
        reference=arrival.reference,
        conversation_id=incident_id,
        channel=arrival.channel,
        origin=request.origin,
        received_at=arrival.at,
        subject_line=request.subject_line,
        text=request.text,
        labels=dict(request.labels),
        message_id=request.thread.message_id if request.thread else None,
        attachments=_attachments(request),
        sender=known.contact(request.sender) if known else request.sender,
        non_delivery=request.non_delivery,
        incident_id=incident_id,
    )


def _labels(request: Request, touched: str | None) -> dict[str, str]:
    """A label of that name which the sender gave says nothing."""
    labels = {name: value for name, value in request.labels.items() if name != SEEMS_TO_FOLLOW}
    return labels | ({SEEMS_TO_FOLLOW: touched} if touched else {})


def _attachments(request: Request) -> tuple[Attachment, ...]:
    files = (one.attachment for one in request.files)
    return tuple(
        Attachment(name=one.name, content_type=one.sniffed_type, size=one.size, sha256=one.sha256)
        for one in files
    )


def signal_received(arrival: Arrival, signal: Signal) -> SignalReceived:
    """A report of a machine. Reports about the same trouble follow one strand, so that its end comes last."""
    return SignalReceived(
        request_id=arrival.request_id,
        reference=arrival.reference,
        conversation_id=signal.signal_key,
        channel=arrival.channel,
        origin=Origin.MACHINE,
        received_at=arrival.at,
        subject_line=signal.subject_line,
        text=signal.text,
        labels=dict(signal.labels),
        signal_key=signal.signal_key,
        status=signal.status,
        severity=signal.severity,
    )
