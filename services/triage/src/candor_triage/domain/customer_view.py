"""What a customer sees of their incident. The types hold nothing but what is meant for them, field by field: there is
no place that a note, an internal remark or somebody else's words could stand in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from candor_common.charter import Team
from candor_common.events import (
    Contact,
    CustomerAsked,
    EstimateGiven,
    Fact,
    Incident,
    IncidentResolved,
    IncidentStatus,
    IncidentUpdated,
    PromiseKind,
    PromiseState,
    Text,
    Value,
    WorkaroundGiven,
)
from candor_triage.domain.board import FIXES, WORDS, Pledge, Urgency, standing
from candor_triage.domain.rules import OVER
from candor_triage.domain.timeline import Entry


class Words(Value):
    """Words of ours that were written for the customer. Which parts are there depends on the kind."""

    kind: Literal["update", "question", "estimate", "workaround", "resolution"]
    doing: Text | None = None
    expect: Text | None = None
    next_by: datetime | None = None
    text: Text | None = None
    fixed_by: datetime | None = None
    reason: Text | None = None
    cause: Text | None = None
    done: Text | None = None
    checked: Text | None = None


@dataclass(frozen=True, slots=True)
class Ours:
    """Words of ours, and when they were written."""

    at: datetime
    words: Words


@dataclass(frozen=True, slots=True)
class Theirs:
    """Words of the customer, and when they came."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Promised:
    """What was promised to them, and what became of it."""

    is_fix: bool
    """True for a date of the fix, false for a word to them."""
    due_at: datetime
    kept_at: datetime | None
    missed: bool


@dataclass(frozen=True, slots=True)
class CustomerView:
    """Everything that the customer's page shows. Times are in UTC."""

    reference: str
    title: str
    status: IncidentStatus
    team: str
    """By its public name."""
    person: str | None
    """Who has it, by the name by which they sign to customers."""
    doing: str | None
    expect: str | None
    question: str | None
    workaround: str | None
    resolution: Words | None
    next_word_by: datetime | None
    fixed_by: datetime | None
    fix_is_estimate: bool
    missed_word: datetime | None
    """By when we should have written and have not."""
    missed_fix: datetime | None
    promised: tuple[Promised, ...]
    """The promises that have ended, the newest first."""
    history: tuple[Ours | Theirs, ...]
    """The newest first."""

    @property
    def kept(self) -> int:
        """How many of the promises that have ended were kept."""
        return sum(not one.missed for one in self.promised)


@dataclass(frozen=True, slots=True)
class Record:
    """What the view is made from: an incident with its promises, our words and what came in."""

    incident: Incident
    team: Team | None
    pledges: Sequence[Pledge]
    ours: Sequence[Ours]
    entries: Sequence[Entry]


def words_of(fact: Fact) -> Words | None:
    """What a fact says to the customer; nothing for all that is not said to them."""
    match fact:
        case IncidentUpdated(update=said):
            return Words(kind="update", doing=said.doing, expect=said.expect, next_by=said.next_by)
        case CustomerAsked(incident=Incident(question=asked)) if asked:
            return Words(kind="question", text=asked.text)
        case EstimateGiven(incident=Incident(estimate=given)) if given:
            return Words(kind="estimate", fixed_by=given.fixed_by, reason=given.reason)
        case WorkaroundGiven(incident=Incident(workaround=way)) if way:
            return Words(kind="workaround", text=way)
        case IncidentResolved(resolution=how):
            return Words(kind="resolution", cause=how.cause, done=how.done, checked=how.checked)
    return None


def view(record: Record, now: datetime) -> CustomerView:
    """The customer's own view of an incident."""
    incident, team = record.incident, record.team
    over, said = incident.status in OVER, incident.last_update
    fix = _open(record.pledges, PromiseKind.ESTIMATE) or _open(record.pledges, PromiseKind.RESOLUTION)
    how = incident.resolution
    return CustomerView(
        reference=incident.id,
        title=incident.title,
        status=incident.status,
        team=team.name if team else "",
        person=incident.owner,
        doing=said.doing if said else None,
        expect=said.expect if said else None,
        question=incident.question.text if incident.question else None,
        workaround=None if over else incident.workaround,
        resolution=Words(kind="resolution", **how.model_dump()) if how else None,
        next_word_by=_next_word(record.pledges, now),
        fixed_by=fix.due_at if fix and fix.running and fix.due_at > now else None,
        fix_is_estimate=fix is not None and fix.kind is PromiseKind.ESTIMATE,
        missed_word=None if over else _missed(record.pledges, now, WORDS),
        missed_fix=None
        if over
        else _missed(record.pledges, now, {PromiseKind.RESOLUTION, PromiseKind.ESTIMATE}),
        promised=_promised(record.pledges),
        history=_history(record),
    )


def _promised(pledges: Iterable[Pledge]) -> tuple[Promised, ...]:
    ended = (PromiseState.KEPT, PromiseState.BREACHED)
    found = [
        Promised(one.kind in FIXES, one.due_at, one.kept_at, one.state is PromiseState.BREACHED)
        for one in pledges
        if one.kind in (WORDS | FIXES) and one.state in ended
    ]
    return tuple(sorted(found, key=lambda one: one.due_at, reverse=True))


def _open(pledges: Iterable[Pledge], kind: PromiseKind) -> Pledge | None:
    found = [one for one in pledges if one.kind is kind and one.state is PromiseState.OPEN]
    return min(found, key=lambda one: one.due_at, default=None)


def _next_word(pledges: Iterable[Pledge], now: datetime) -> datetime | None:
    """Until when the next word is promised; nothing while we wait for theirs."""
    running = [one for one in pledges if one.kind in WORDS and one.state is PromiseState.OPEN and one.running]
    return min((one.due_at for one in running if one.due_at > now), default=None)


def _missed(pledges: Iterable[Pledge], now: datetime, kinds: Iterable[PromiseKind]) -> datetime | None:
    """The due time of the newest promise of these kinds that we missed and have not made good."""
    wanted = set(kinds)
    of_kinds = [one for one in pledges if one.kind in wanted]
    owed = [one for one in of_kinds if standing([one, *_kept(of_kinds)], now).urgency is Urgency.MISSED]
    return max((one.due_at for one in owed if one.state is not PromiseState.KEPT), default=None)


def _kept(pledges: Iterable[Pledge]) -> list[Pledge]:
    return [one for one in pledges if one.state is PromiseState.KEPT]


def _history(record: Record) -> tuple[Ours | Theirs, ...]:
    incident = record.incident
    found: list[Ours | Theirs] = list(record.ours)
    if incident.requester is not None:
        found.append(Theirs(incident.opened_at, incident.description))
        found += [Theirs(one.at, one.text) for one in record.entries if _is_theirs(one, incident.requester)]
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))


def _is_theirs(entry: Entry, customer: Contact) -> bool:
    """Only what this customer wrote: in a merged incident others write, too."""
    writer = entry.actor.casefold()
    address = customer.address.casefold()
    return entry.kind == "reply" and (writer == address or writer.endswith(f"<{address}>"))
