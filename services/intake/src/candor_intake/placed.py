"""What goes over the desk: something a door has understood, its place among what is there, and what is kept of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from uuid_utils import uuid7

from candor_common.events import Channel
from candor_intake.domain.attachments import File
from candor_intake.domain.customer import KnownSender
from candor_intake.domain.facts import Arrival, Received, reply_received, request_received, signal_received
from candor_intake.domain.fingerprint import bounded
from candor_intake.domain.inbound import Ignored, Inbound, Request, Signal
from candor_intake.domain.words import one_line

LONGEST_KEY = 300
LONGEST_CONTENT_TYPE = 100


def new_request_id() -> str:
    return str(uuid7())


@dataclass(frozen=True, slots=True)
class Posted:
    """Something that a source has understood, with the bytes that it was made of."""

    source: str
    """Whose ids the `dedup_key` is one of."""
    channel: Channel
    inbound: Inbound
    dedup_key: str
    """The sender's id of it; a repeat with the same one changes nothing. Empty when the sender has none."""
    content_type: str
    raw: bytes
    """The very same object in all posts that came in one body, which is then stored once."""
    fingerprint: str | None = None
    """What a repeat must equal; None when repeats may differ, as mail does by the way it came."""
    traceparent: str | None = None
    vouched: bool = False
    """Whether the sender proves which messages belong together."""
    request_id: str = field(default_factory=new_request_id)
    continues: str | None = None
    """The incident that it belongs to, where we know that ourselves."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the sender is told: the same again for a repeat."""

    request_id: str
    reference: str | None
    """Nothing when the message was ignored."""
    repeated: bool = False
    conflicting: bool = False
    """True when the id was used before for something else; then nothing was stored."""


class Placed(NamedTuple):
    """A new message, its reference (none when it is ignored), the incident that it continues and its sender, if known."""

    posted: Posted
    reference: str | None
    joined: str | None = None
    sender: KnownSender | None = None
    touched: str | None = None
    """The incident that it seems to be about, without continuing it."""


class Filed(NamedTuple):
    """The files of a request."""

    request_id: str
    files: Sequence[File]
    within: bool
    """Whether the bytes of the message hold them, so that they are not kept once more."""


def dedup_key_of(posted: Posted) -> str:
    return bounded(posted.dedup_key, LONGEST_KEY)


def fact_of(placed: Placed, now: datetime) -> Received | None:
    posted, sender = placed.posted, placed.sender
    if placed.reference is None:
        return None
    arrival = Arrival(posted.request_id, placed.reference, posted.channel, now)
    match posted.inbound:
        case Signal() as signal:
            return signal_received(arrival, signal)
        case Request() as request if placed.joined:
            return reply_received(arrival, request, placed.joined, sender)
        case Request() as request:
            return request_received(arrival, request, sender, placed.touched)
        case Ignored():
            return None


def files_of(fresh: Sequence[Posted]) -> list[Filed]:
    return [
        Filed(one.request_id, one.inbound.files, within=one.channel is Channel.MAIL)
        for one in fresh
        if isinstance(one.inbound, Request) and one.inbound.files
    ]


def rows_of(placed: Sequence[Placed], now: datetime) -> list[dict[str, Any]]:
    """What is kept of each message. Of those that came in one body the first holds the bytes for all."""
    holders: dict[int, str] = {}
    return [_row(one, holders.setdefault(id(one.posted.raw), one.posted.request_id), now) for one in placed]


def _row(placed: Placed, holder: str, now: datetime) -> dict[str, Any]:
    posted, inbound, own = placed.posted, placed.posted.inbound, holder == placed.posted.request_id
    return {
        "request_id": posted.request_id,
        "source": posted.source,
        "dedup_key": dedup_key_of(posted) or None,
        "fingerprint": posted.fingerprint,
        "reference": placed.reference,
        "channel": posted.channel.value,
        "ignored_because": inbound.reason if isinstance(inbound, Ignored) else None,
        "received_at": now,
        "content_type": one_line(posted.content_type)[:LONGEST_CONTENT_TYPE],
        "raw": posted.raw if own else None,
        "raw_in": None if own else holder,
    }
