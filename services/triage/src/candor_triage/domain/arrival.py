"""What a request that comes in means: it opens an incident, joins one, or changes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from candor_common.charter import Charter
from candor_common.events import Incident, Origin, ReplyReceived, Resolution, SignalReceived, SignalStatus
from candor_triage.domain import timeline
from candor_triage.domain.incident import (
    SIGNAL,
    Change,
    Inbound,
    is_untouched,
    join,
    open_incident,
    reopen,
    resolve,
)
from candor_triage.domain.timeline import Entry

Fate = Literal["opened", "joined", "noted", "ignored"]
"""What became of a request. `noted` stands in the timeline and nowhere else."""

CLEARED = Resolution(
    cause="The monitoring reported a fault.",
    done="It went away before anybody had to act.",
    checked="The monitoring itself says that the fault is gone.",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to do because of a request, in order."""

    fate: Fate
    incident_id: str | None = None
    """Where the request belongs from now on; nowhere when it is ignored."""
    changes: tuple[Change, ...] = ()
    entries: tuple[Entry, ...] = ()
    follows: str | None = None
    """The finished incident that the new one comes after."""


def receive(request: Inbound, known: Incident | None, charter: Charter, now: datetime) -> Outcome:
    """Decide about one request, given the incident that it concerns (see `concerned`), if there is one."""
    if isinstance(request, SignalReceived):
        cleared = request.status is SignalStatus.RESOLVED
        return _clear(request, known, now) if cleared else _fire(request, known, charter, now)
    if known is None:
        return _open(request, charter)
    if isinstance(request, ReplyReceived):
        return _reply(request, known, charter, now)
    return _join(known, request)


def newest(incidents: Iterable[Incident]) -> Incident | None:
    """Of the incidents of one signal the one that a new signal is about: an open one, else the last to end."""
    return max(
        incidents,
        key=lambda one: (one.resolved_at is None, one.resolved_at or one.opened_at, one.id),
        default=None,
    )


def can_take(incident: Incident, request: Inbound, charter: Charter) -> bool:
    """Whether the incident goes on with this request: it is not over, or not for longer than the charter lets
    it be reopened. Counted up to when the request came in, not to when we get round to it."""
    ended = incident.resolved_at
    return ended is None or request.received_at - ended <= charter.reopen_within


def _open(request: Inbound, charter: Charter) -> Outcome:
    change = open_incident(request, charter)
    return Outcome("opened", change.incident.id, (change,), (timeline.of_opening(change, request),))


def _join(known: Incident, request: Inbound) -> Outcome:
    return Outcome("joined", known.id, (join(known, request),), (timeline.of_request(known.id, request),))


def _note(known: Incident, request: Inbound) -> Outcome:
    return Outcome("noted", known.id, entries=(timeline.of_request(known.id, request),))


def _reply(reply: ReplyReceived, known: Incident, charter: Charter, now: datetime) -> Outcome:
    if reply.origin is Origin.BOUNCE:
        return _note(known, reply)
    if reply.origin is not Origin.HUMAN or known.resolved_at is None:
        return _join(known, reply)
    if can_take(known, reply, charter):
        return _join_and_reopen(known, reply, reply.sender.address or "requester", now)
    return _follow_up(known, reply, charter)


def _follow_up(known: Incident, reply: ReplyReceived, charter: Charter) -> Outcome:
    change = open_incident(reply, charter, language=known.language)
    links = timeline.of_follow_up(known.id, change.incident.id, reply.received_at)
    entries = (timeline.of_opening(change, reply), *links)
    return Outcome("opened", change.incident.id, (change,), entries, follows=known.id)


def _fire(signal: SignalReceived, known: Incident | None, charter: Charter, now: datetime) -> Outcome:
    if known is None or not can_take(known, signal, charter):
        return _open(signal, charter)
    if known.resolved_at is None or signal.received_at <= known.resolved_at:
        return _join(known, signal)
    return _join_and_reopen(known, signal, SIGNAL, now)


def _clear(signal: SignalReceived, known: Incident | None, now: datetime) -> Outcome:
    if known is None or known.resolved_at is not None:
        return Outcome("ignored")
    if not is_untouched(known):
        return _note(known, signal)
    change = resolve(known, SIGNAL, CLEARED, now)
    entries = (timeline.of_request(known.id, signal), *_entries(change, now))
    return Outcome("joined", known.id, (change,), entries)


def _join_and_reopen(known: Incident, request: Inbound, by: str, now: datetime) -> Outcome:
    joined = join(known, request)
    reopened = reopen(joined.incident, by)
    entries = (timeline.of_request(known.id, request), *_entries(reopened, now))
    return Outcome("joined", known.id, (joined, reopened), entries)


def _entries(change: Change, now: datetime) -> tuple[Entry, ...]:
    entry = timeline.of_change(change.fact, now)
    return (entry,) if entry else ()
