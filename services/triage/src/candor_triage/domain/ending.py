"""The commands that end an incident, take its end back, or tie it to another. Each raises Refused when not allowed."""

from collections.abc import Mapping
from datetime import datetime

from candor_common.events import (
    Incident,
    IncidentCancelled,
    IncidentClosed,
    IncidentLinked,
    IncidentMerged,
    IncidentReopened,
    IncidentResolved,
    IncidentStatus,
    IncidentVerified,
    Lane,
    Link,
    LinkKind,
    PriorityChanged,
    Resolution,
)
from candor_triage.domain.life import SIGNAL, Change, begun, permitted, refused, step
from candor_triage.domain.rules import ACTIVE, Command, Who

_INVERSE: Mapping[LinkKind, LinkKind] = {
    LinkKind.RELATED: LinkKind.RELATED,
    LinkKind.FOLLOWS: LinkKind.FOLLOWED_BY,
    LinkKind.FOLLOWED_BY: LinkKind.FOLLOWS,
}
_FASTEST_FIRST = (Lane.EMERGENCY, Lane.VIP, Lane.STANDARD, Lane.UNKNOWN)


def resolve(incident: Incident, by: str, resolution: Resolution, now: datetime) -> Change:
    """It works again. A person who says so owns the incident where nobody does; a signal does not."""
    status = permitted(incident, "resolve", by)
    had = {} if by == SIGNAL else begun(incident, by, now)
    after = step(incident, by, status=status, resolved_at=now, resolution=resolution, question=None, **had)
    return Change(after, IncidentResolved(incident=after, by=by, resolution=resolution))


def verify(incident: Incident, by: str, now: datetime) -> Change:
    """The fix holds: a person has checked it, or its watch is over."""
    after = step(incident, by, status=permitted(incident, "verify", by), verified_at=now)
    return Change(after, IncidentVerified(incident=after, by=by))


def confirm(incident: Incident, by: str, now: datetime, who: Who | None = None) -> Change:
    """The customer says that it works: themselves, or to a person of the house who notes it."""
    after = step(incident, by, status=permitted(incident, "confirm", by, who), verified_at=now)
    return Change(after, IncidentVerified(incident=after, by=by, by_customer=True))


def reopen(incident: Incident, by: str, reason: str | None = None, who: Who | None = None) -> Change:
    """It does not work after all: somebody has to acknowledge it again; the owner is remembered.

    What was said about the first fix (when it would come, how to go on without it) no longer holds.
    """
    status = permitted(incident, "reopen", by, who)
    nothing = dict.fromkeys(
        ("acknowledged_at", "resolved_at", "verified_at", "closed_at", "resolution", "estimate", "workaround")
    )
    after = step(incident, by, status=status, reopened=incident.reopened + 1, **nothing)
    return Change(after, IncidentReopened(incident=after, by=by, reason=reason))


def close(incident: Incident, by: str, now: datetime) -> tuple[Change, ...]:
    """The resolution has proved itself; who closes what nobody has verified says so with it."""
    status = permitted(incident, "close", by)
    verified = verify(incident, by, now) if incident.status is IncidentStatus.RESOLVED else None
    after = step(verified.incident if verified else incident, by, status=status, closed_at=now)
    closed = Change(after, IncidentClosed(incident=after, by=by))
    return (verified, closed) if verified else (closed,)


def cancel(incident: Incident, by: str, reason: str) -> Change:
    """There is nothing to be done."""
    after = step(incident, by, status=permitted(incident, "cancel", by), question=None)
    return Change(after, IncidentCancelled(incident=after, by=by, reason=reason))


def merge(incident: Incident, into: Incident, by: str) -> tuple[Change, ...]:
    """Both are about the same, and the other goes on for both: what happens to the one, and to the other."""
    status = permitted(incident, "merge", by)
    _refuse_others(incident, into, "merge")
    if into.status not in ACTIVE:
        raise refused(incident, "merge", f"{into.id} is {into.status.value}; `link` the two, or reopen it")
    gone = step(incident, by, status=status, merged_into=into.id, question=None)
    stays = _linked(into, Link(incident_id=incident.id, kind=LinkKind.MERGED_FROM), by)
    return Change(gone, IncidentMerged(incident=gone, by=by)), stays, *_raised(stays.incident, incident, by)


def _raised(into: Incident, gone: Incident, by: str) -> tuple[Change, ...]:
    """The more urgent of the two counts for both, or what was promised for the one would be forgotten with it."""
    # Priorities are spelled so that the most urgent comes first, and what a later version calls one comes last.
    if gone.priority.value >= into.priority.value:
        return ()
    lane = min(gone.lane, into.lane, key=_FASTEST_FIRST.index)
    rating = {"priority": gone.priority, "impact": gone.impact, "urgency": gone.urgency, "lane": lane}
    after, reason = step(into, by, **rating), f"{gone.id}, which is part of it now, is {gone.priority}."
    return (Change(after, PriorityChanged(incident=after, by=by, previous=into.priority, reason=reason)),)


def link(incident: Incident, other: Incident, by: str, kind: LinkKind) -> tuple[Change, Change]:
    """The two belong together; `kind` is seen from the first. Both remember it."""
    permitted(incident, "link", by)
    _refuse_others(incident, other, "link")
    if any(one.incident_id == other.id for one in incident.links):
        raise refused(incident, "link", f"it has a link to {other.id} already")
    there = Link(incident_id=other.id, kind=kind)
    back = Link(incident_id=incident.id, kind=_INVERSE[kind])
    return _linked(incident, there, by), _linked(other, back, by)


def _refuse_others(incident: Incident, other: Incident, command: Command) -> None:
    if other.id == incident.id:
        raise refused(incident, command, f"{other.id} is the same incident")
    if other.status is IncidentStatus.MERGED:
        raise refused(incident, command, f"{other.id} is part of {other.merged_into} now; name that one")


def _linked(incident: Incident, tie: Link, by: str) -> Change:
    others = tuple(one for one in incident.links if one.incident_id != tie.incident_id)
    after = step(incident, by, links=(*others, tie))
    return Change(after, IncidentLinked(incident=after, by=by))
