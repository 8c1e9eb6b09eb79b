"""Accepting: what came in is stored with its bytes, gets its reference, and is told to the others, in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Connection
from uuid_utils import uuid7

from candor_common import telemetry
from candor_common.columns import take_numbers
from candor_common.database import Transaction
from candor_common.events import Channel
from candor_intake import store
from candor_intake.domain.addresses import mailbox
from candor_intake.domain.facts import Arrival, Received, reply_received, request_received, signal_received
from candor_intake.domain.inbound import Ignored, Inbound, Request, Signal

SERIES = "reference"
LONGEST_KEY = 300


@dataclass(frozen=True, slots=True)
class Posted:
    """Something that a source has understood, with the bytes that it was made of."""

    source: str
    channel: Channel
    inbound: Inbound
    dedup_key: str
    """The sender's id of it; a repeat with the same one changes nothing. Empty when the sender has none."""
    content_type: str
    raw: bytes | None
    request_id: str = ""
    raw_in: str | None = None
    """The request that holds the bytes, when one body held several."""
    fingerprint: str | None = None
    """What a repeat must equal; None when repeats may differ, as mail does by the way it came."""
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the sender is told: the same again for a repeat."""

    request_id: str
    reference: str | None
    """Nothing when the message was ignored."""
    repeated: bool = False
    conflicting: bool = False
    """True when the id was used before for something else; then nothing was stored."""


class _Place(NamedTuple):
    """A new message, its reference (none when it is ignored) and the incident that it answers, if any."""

    posted: Posted
    reference: str | None
    joined: str | None


Key = tuple[str, str]
"""The source, and the sender's id there."""


def new_request_id() -> str:
    return str(uuid7())


def accept(transaction: Transaction, posted: Sequence[Posted]) -> Sequence[Accepted]:
    """Store what is new of the posts and emit an event for each; answers in the order given."""
    keys = [(one.source, _bounded(one.dedup_key or one.request_id)) for one in posted]
    asked = {key for key, one in zip(keys, posted, strict=True) if one.dedup_key}
    known = store.known_messages(transaction.connection, asked) if asked else {}
    fresh: dict[Key, Posted] = {}
    for key, one in zip(keys, posted, strict=True):
        if key not in known:
            fresh.setdefault(key, one)
    known |= _store(transaction, fresh)
    return [_answer(one, known[key], fresh.get(key)) for key, one in zip(keys, posted, strict=True)]


def _bounded(key: str) -> str:
    """Senders' ids have no limit; an index has."""
    return key if len(key) <= LONGEST_KEY else f"sha256:{sha256(key.encode()).hexdigest()}"


def _answer(posted: Posted, known: store.Known, first: Posted | None) -> Accepted:
    if first is posted:
        return Accepted(known.request_id, known.reference)
    telemetry.requests_repeated.labels(posted.channel.value).inc()
    conflicting = posted.fingerprint is not None and posted.fingerprint != known.fingerprint
    return Accepted(known.request_id, known.reference, repeated=True, conflicting=conflicting)


def _store(transaction: Transaction, fresh: Mapping[Key, Posted]) -> dict[Key, store.Known]:
    """Write and announce messages that are new; what a repeat of each will be told."""
    placed = _place(transaction.connection, fresh)
    for one, reference, joined in placed.values():
        if reference and (fact := _fact(one, reference, joined, transaction.now)):
            telemetry.requests_accepted.labels(one.channel.value).inc()
            transaction.emit(fact, traceparent=one.traceparent)
    store.add_messages(
        transaction.connection,
        [_row(place.posted, key[1], place.reference, transaction.now) for key, place in placed.items()],
    )
    _note_conversations(transaction.connection, placed.values())
    return {
        key: store.Known(one.request_id, joined or reference, one.fingerprint)
        for key, (one, reference, joined) in placed.items()
    }


def _place(connection: Connection, fresh: Mapping[Key, Posted]) -> dict[Key, _Place]:
    """Give each message its reference, and find the incident that it answers."""
    work = [one for one in fresh.values() if not isinstance(one.inbound, Ignored)]
    numbers = iter(take_numbers(connection, SERIES, len(work)) if work else ())
    joins = _joins(connection, [one.inbound for one in work if isinstance(one.inbound, Request)])
    return {
        key: _Place(one, None, None)
        if isinstance(one.inbound, Ignored)
        else _Place(one, f"INC-{next(numbers):06d}", joins.get(id(one.inbound)))
        for key, one in fresh.items()
    }


def _note_conversations(connection: Connection, placed: Iterable[_Place]) -> None:
    """Remember who takes part, and which mail messages lead where."""
    threads, members = {}, []
    for one, reference, joined in placed:
        if reference is None or not isinstance(one.inbound, Request):
            continue
        members.append((joined or reference, mailbox(one.inbound.sender.address)))
        if one.inbound.thread and one.inbound.thread.message_id:
            threads[one.inbound.thread.message_id] = joined or reference
    store.add_threads(connection, threads)
    store.add_participants(connection, members)


def _row(posted: Posted, dedup_key: str, reference: str | None, now: datetime) -> dict[str, object]:
    ignored = posted.inbound.reason if isinstance(posted.inbound, Ignored) else None
    return {
        "request_id": posted.request_id,
        "source": posted.source,
        "dedup_key": dedup_key,
        "fingerprint": posted.fingerprint,
        "reference": reference,
        "channel": posted.channel.value,
        "ignored_because": ignored,
        "received_at": now,
        "content_type": posted.content_type[:100],
        "raw": posted.raw,
        "raw_in": posted.raw_in,
    }


def _joins(connection: Connection, requests: Sequence[Request]) -> dict[int, str]:
    """The incident that each request answers, by the identity of the request: only where the sender takes part,
    because message ids and tokens can be guessed or copied."""
    threaded = [(one, one.thread) for one in requests if one.thread is not None]
    parents = {parent for _, its_thread in threaded for parent in its_thread.parents}
    of_message = store.incidents_of_messages(connection, parents)
    candidates = {
        id(one): [
            *(of_message[parent] for parent in its_thread.parents if parent in of_message),
            *its_thread.reference_tokens,
        ]
        for one, its_thread in threaded
    }
    members = store.participants(connection, {one for some in candidates.values() for one in some})
    found = {}
    for one, _ in threaded:
        sender = mailbox(one.sender.address)
        known = [incident for incident in candidates[id(one)] if (incident, sender) in members]
        if known:
            found[id(one)] = known[0]
    return found


def _fact(posted: Posted, reference: str, joined: str | None, now: datetime) -> Received | None:
    arrival = Arrival(posted.request_id, reference, posted.channel, now)
    match posted.inbound:
        case Signal() as signal:
            return signal_received(arrival, signal)
        case Request() as request:
            return reply_received(arrival, request, joined) if joined else request_received(arrival, request)
        case Ignored():
            return None
