"""What a request that comes in means: it opens an incident or joins one.

Exactly one `IncidentOpened` or `RequestJoined` tells of it, so that its own reference leads to its incident. The one
exception is a signal that clears a fault of which no incident is known: there is nothing that it could lead to.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from candor_common.charter import Charter
from candor_common.charter.contacts import is_ours
from candor_common.events import (
    Incident,
    Origin,
    ReplyReceived,
    Resolution,
    SignalReceived,
    SignalStatus,
)
from candor_triage.domain import timeline
from candor_triage.domain.answers import is_answer
from candor_triage.domain.customer import says_no
from candor_triage.domain.ending import reopen, resolve
from candor_triage.domain.life import SIGNAL, Change
from candor_triage.domain.opening import Inbound, is_untouched, join, open_incident
from candor_triage.domain.rules import ENDED, Who
from candor_triage.domain.timeline import Entry
from candor_triage.domain.work import resume

Fate = Literal["opened", "joined", "ignored"]
"""What became of a request. Only a signal that clears nothing known is ignored."""

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
    """What came in; the facts of the changes tell the rest."""
    follows: str | None = None
    """The finished incident that the new one comes after."""


def receive(
    request: Inbound, known: Incident | None, charter: Charter, merged: Collection[Incident] = ()
) -> Outcome:
    """Decide about one request, given the incident that it concerns, if there is one, and those merged into that."""
    if isinstance(request, SignalReceived):
        cleared = request.status is SignalStatus.RESOLVED
        return _clear(request, known, charter) if cleared else _fire(request, known, charter)
    if known is None:
        return _open(request, charter)
    if isinstance(request, ReplyReceived):
        return _reply(request, known, charter, merged)
    return _join(known, request)


def newest(incidents: Iterable[Incident]) -> Incident | None:
    """Of the incidents of one signal the one that a new signal is about: an open one, else the last to end.

    One that is merged or cancelled is neither.
    """
    return max(
        (one for one in incidents if one.status not in ENDED),
        key=lambda one: (one.resolved_at is None, one.resolved_at or one.opened_at, one.id),
        default=None,
    )


def can_take(incident: Incident, request: Inbound, charter: Charter) -> bool:
    """Whether the incident goes on with this request: it is not over, or not for longer than the charter lets
    it be reopened. Counted up to when the request came in, not to when we get round to it."""
    return incident.status not in ENDED and can_be_reopened(incident, request.received_at, charter)


def can_be_reopened(incident: Incident, moment: datetime, charter: Charter) -> bool:
    """Whether words of this moment are about this incident: it is not over, or has not been for too long."""
    ended = incident.resolved_at
    return ended is None or moment - ended <= charter.reopen_within


def _open(request: Inbound, charter: Charter) -> Outcome:
    change = open_incident(request, charter)
    return Outcome("opened", change.incident.id, (change,), (timeline.of_opening(change, request),))


def _join(known: Incident, request: Inbound) -> Outcome:
    return Outcome("joined", known.id, (join(known, request),), (timeline.of_request(known.id, request),))


def _reply(reply: ReplyReceived, known: Incident, charter: Charter, merged: Collection[Incident]) -> Outcome:
    if reply.origin is not Origin.HUMAN:
        return _join(known, reply)
    if _is_colleague(reply, known, charter):
        return _note(known, reply)
    if not can_take(known, reply, charter):
        return _follow_up(known, reply, charter)
    if known.resolved_at is not None and _is_content(reply, known, charter):
        return _note_confirmation(known, reply)
    return _hear(reply, known, merged)


def _hear(reply: ReplyReceived, known: Incident, merged: Collection[Incident]) -> Outcome:
    by = reply.sender.address or "requester"
    if known.resolved_at is not None:
        return _join_and(lambda joined: reopen(joined, by, who=Who.CUSTOMER), known, reply)
    if is_answer(reply, known, merged):
        return _join_and(lambda joined: resume(joined, by, Who.CUSTOMER), known, reply)
    return _join(known, reply)


def _is_colleague(reply: ReplyReceived, known: Incident, charter: Charter) -> bool:
    """Whether somebody of the house answers what they were sent about a customer's incident."""
    writer, requester = reply.sender.address.casefold(), known.requester
    own = requester is not None and requester.address.casefold() == writer
    return not own and is_ours(charter, writer)


def _note(known: Incident, reply: ReplyReceived) -> Outcome:
    """What a colleague writes stays in the house, whatever the incident's state; no customer waits for an answer to it."""
    text = reply.text or reply.subject_line
    entry = timeline.of_note(known.id, timeline.writer(reply), text, reply.received_at)
    return Outcome("joined", known.id, (_join_quietly(known, reply),), (entry,))


def _is_content(reply: ReplyReceived, known: Incident, charter: Charter) -> bool:
    """Whether a reply to what is over reads like "thank you, it works". A file may show that it doesn't."""
    if reply.attachments or says_no(reply):
        return False
    return charter.confirms(reply.text, filter(None, (reply.sender.name, known.owner)))


def _note_confirmation(known: Incident, reply: ReplyReceived) -> Outcome:
    """It stays as it is, and nobody waits for an answer. Only the customer's page or a person of the house confirms."""
    read = timeline.of_confirmation(known.id, reply.received_at)
    entries = (timeline.of_request(known.id, reply), read)
    return Outcome("joined", known.id, (_join_quietly(known, reply),), entries)


def _join_quietly(known: Incident, reply: ReplyReceived) -> Change:
    joined = join(known, reply)
    return replace(joined, fact=joined.fact.model_copy(update={"by_customer": False}))


def _follow_up(known: Incident, reply: ReplyReceived, charter: Charter) -> Outcome:
    change = open_incident(reply, charter, follows=known)
    links = timeline.of_follow_up(known.id, change.incident.id, reply.received_at)
    entries = (timeline.of_opening(change, reply), *links)
    return Outcome("opened", change.incident.id, (change,), entries, follows=known.id)


def _fire(signal: SignalReceived, known: Incident | None, charter: Charter) -> Outcome:
    if known is None or not can_take(known, signal, charter):
        return _open(signal, charter)
    if known.resolved_at is None or _is_of_before(signal, known, known.resolved_at):
        return _join(known, signal)
    return _join_and(lambda joined: reopen(joined, SIGNAL), known, signal)


def _is_of_before(signal: SignalReceived, known: Incident, resolved_at: datetime) -> bool:
    """Whether a signal came before the fault was over. Signals come in their order, so that one which comes in the
    instant of another that cleared the fault is the later one."""
    return signal.received_at < resolved_at or (known.touched and signal.received_at == resolved_at)


def _clear(signal: SignalReceived, known: Incident | None, charter: Charter) -> Outcome:
    if known is None or not can_take(known, signal, charter):
        return Outcome("ignored")
    own = known.signal_key == signal.signal_key
    if known.resolved_at is not None or not (own and is_untouched(known)):
        return _join(known, signal)
    # Over since the monitoring said so, not since we get round to it: what fires in between is a fault again.
    at = max(signal.received_at, known.opened_at)
    return _join_and(lambda joined: resolve(joined, SIGNAL, CLEARED, at), known, signal)


def _join_and(act: Callable[[Incident], Change], known: Incident, request: Inbound) -> Outcome:
    """Joining comes first, so that the request leads to its incident whatever is then done to it."""
    joined = join(known, request)
    entries = (timeline.of_request(known.id, request),)
    return Outcome("joined", known.id, (joined, act(joined.incident)), entries)
