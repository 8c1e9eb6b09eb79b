"""What triage does to incidents because of what other services tell: a survey's answer, a first answer that is late, a
level whose turn it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from candor_common.charter import Charter, Team
from candor_common.database import Transaction
from candor_common.events import (
    Envelope,
    Incident,
    IncidentStatus,
    Level,
    PromiseBreached,
    PromiseEscalated,
    PromiseKind,
    Survey,
    SurveyAnswered,
)
from candor_triage import store
from candor_triage.customer_words import WORDS
from candor_triage.domain import customer, timeline
from candor_triage.domain.arrival import can_be_reopened
from candor_triage.domain.life import CHARTER, Change, shown
from candor_triage.domain.rules import ACTIVE, OVER
from candor_triage.domain.timeline import Entry
from candor_triage.domain.work import escalate
from candor_triage.journal import Journal
from candor_triage.roster import Roster

NOT_SOLVED = "The customer says in the survey that it is not solved."
LATE = "The first answer was not given in time."


def hear_answers(
    transaction: Transaction, envelopes: Sequence[Envelope[SurveyAnswered]], charter: Charter
) -> None:
    """Note what customers say about how it went. "Not solved" opens the incident again as long as that is possible, and
    after that one that follows it."""
    incidents = store.together(transaction.connection, {one.subject for one in envelopes})
    journal = Journal(transaction, Roster(transaction.connection, charter, transaction.now))
    for envelope in envelopes:
        _note(journal, envelope)
        known = incidents.get(envelope.subject)
        change = _answered(known, envelope.fact.survey, charter, envelope.time) if known else None
        if change:
            incidents[envelope.subject] = journal.tell(change, cause=envelope)
        elif known and envelope.fact.survey.solved is False:
            journal.note([_not_reopened(known, envelope.time)], envelope.id)
    journal.write()


def _note(journal: Journal, heard: Envelope[Any]) -> None:
    entry = timeline.of_fact(heard.fact, heard.time)
    journal.note([entry] if entry else [], heard.id)


def _answered(known: Incident, survey: Survey, charter: Charter, heard_at: datetime) -> Change | None:
    """An answer about a resolution that came before the present one changes nothing."""
    said_at = survey.answered_at or heard_at
    if known.resolved_at is None or known.status not in OVER or said_at < known.resolved_at:
        return None
    if survey.solved is False and can_be_reopened(known, said_at, charter):
        return customer.not_solved(known, survey.recipient, NOT_SOLVED)
    if survey.solved is False:
        text = survey.comment or WORDS.of(survey.language).not_solved
        return customer.disputed(known, survey.recipient, f"survey:{survey.id}:{text}", text, said_at)
    if survey.solved and known.status is IncidentStatus.RESOLVED:
        return customer.confirmed(known, survey.recipient, heard_at)
    return None


def _not_reopened(known: Incident, at: datetime) -> Entry:
    why = "goes on already" if known.status in ACTIVE else "is not opened again by that any more"
    return timeline.of_warning(known.id, f"{NOT_SOLVED} It {why}.", at)


def hear_of_breaches(
    transaction: Transaction, envelopes: Sequence[Envelope[PromiseBreached]], charter: Charter
) -> None:
    """Note what was missed. A late first answer is handed upwards where the charter says so, else it is said to whom."""
    late = {one.subject for one in envelopes if one.fact.promise.kind is PromiseKind.FIRST_RESPONSE}
    incidents = store.together(transaction.connection, late) if late else {}
    journal = Journal(transaction, Roster(transaction.connection, charter, transaction.now))
    for envelope in envelopes:
        _note(journal, envelope)
        known = incidents.get(envelope.subject)
        if known and envelope.fact.promise.kind is PromiseKind.FIRST_RESPONSE:
            incidents[envelope.subject] = _climb(journal, known, charter, envelope)
    journal.write()


def _climb(journal: Journal, known: Incident, charter: Charter, cause: Envelope[PromiseBreached]) -> Incident:
    """At once, unless the charter gives the next level a turn of its own."""
    above = charter.above(known.team, known.level) if known.status in ACTIVE else None
    if above is None or _has_turn(charter, above.level):
        return known
    return _hand_up(journal, known, Handing(above, LATE, by_itself=charter.escalate_on_breach), cause)


def _has_turn(charter: Charter, level: Level) -> bool:
    after = charter.content.escalate_after
    return {Level.L2: after.L2, Level.L3: after.L3}.get(level) is not None


def hear_of_turns(
    transaction: Transaction, envelopes: Sequence[Envelope[PromiseEscalated]], charter: Charter
) -> None:
    """Note whose turn it is. It is handed up to them where the charter says so, else it is said to whom."""
    incidents = store.together(transaction.connection, {one.subject for one in envelopes})
    journal = Journal(transaction, Roster(transaction.connection, charter, transaction.now))
    for envelope in envelopes:
        _note(journal, envelope)
        known, level = incidents.get(envelope.subject), envelope.fact.level
        to = _team_of(charter, known, level) if known else None
        if known and to:
            why = f"What was promised by {shown(envelope.fact.promise.due_at)} is still not kept."
            handing = Handing(to, why, by_itself=charter.escalate_on_breach)
            incidents[envelope.subject] = _hand_up(journal, known, handing, envelope)
    journal.write()


def _team_of(charter: Charter, known: Incident, level: Level) -> Team | None:
    """Who of a level takes over; nothing when it is there already, or over, or nobody is so high."""
    above: Team | None = None
    at, team = known.level, known.team
    while known.status in ACTIVE and at < level:
        above = charter.above(team, at)
        if above is None:
            return None
        at, team = above.level, above.id
    return above


@dataclass(frozen=True, slots=True)
class Handing:
    """To whom an incident is handed up, and why; or only who could be asked."""

    to: Team
    why: str
    by_itself: bool


def _hand_up(
    journal: Journal,
    known: Incident,
    handing: Handing,
    cause: Envelope[PromiseBreached] | Envelope[PromiseEscalated],
) -> Incident:
    to = handing.to
    if handing.by_itself:
        return journal.tell(escalate(known, CHARTER, to, handing.why), cause=cause)
    advice = f"{handing.why} The next to ask is {to.name} ({to.level})."
    journal.note([timeline.of_note(known.id, CHARTER, advice, cause.time)], cause.id)
    return known
