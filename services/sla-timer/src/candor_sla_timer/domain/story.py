"""The facts of one incident in the order in which they happened, whatever the order in which they came in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from candor_sla_timer.domain.history import (
    Fulfilled,
    HistoryFact,
    Missed,
    Opened,
    Over,
    Pledged,
    Reopened,
    Resolved,
    Sent,
    Turn,
    Updated,
    Verified,
    Wrote,
)
from candor_sla_timer.domain.terms import Terms
from candor_sla_timer.domain.turns import Stage, Wait, stages, turns, waits

Step = Sent | Reopened | Verified | Over
Exchange = Step | Wrote | Resolved


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What is owed because of an answer to a survey, and when it was done."""

    pledged: Pledged
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Story:
    """An incident's history, sorted and without repetitions."""

    opened: Opened
    turns: Sequence[Turn]
    """What changed, up to the end, as `turns.turns` orders it."""
    stages: Sequence[Stage]
    """The terms that held one after the other, from the opening on."""
    waits: Sequence[Wait]
    """When the customer had the word."""
    resolutions: Mapping[str, int]
    """The version of each resolution, by its event, also of those that were resolved already."""
    words: Sequence[Sent]
    wrote: Sequence[Wrote]
    """What the customer wrote after the opening."""
    next_by: Mapping[str, datetime | None]
    """Which date each update named, by its event."""
    follow_ups: Sequence[FollowUp]
    findings: Mapping[str, Sequence[datetime]]
    """When each promise was found missed, earliest first."""

    @classmethod
    def of(cls, history: Iterable[HistoryFact]) -> Self | None:
        """Nothing as long as it isn't known how the incident began."""
        facts = sorted({fact.event_id: fact for fact in history}.values(), key=_moment)
        opened = next((fact for fact in facts if isinstance(fact, Opened)), None)
        if opened is None:
            return None
        taken = turns(opened, [fact for fact in facts if isinstance(fact, Turn)])
        return cls(
            opened=opened,
            turns=taken,
            stages=stages(opened, taken),
            waits=waits(taken),
            resolutions={fact.event_id: fact.version for fact in facts if isinstance(fact, Resolved)},
            words=[fact for fact in facts if isinstance(fact, Sent)],
            wrote=[fact for fact in facts if isinstance(fact, Wrote)],
            next_by={fact.event_id: fact.next_by for fact in facts if isinstance(fact, Updated)},
            follow_ups=_follow_ups(facts),
            findings=_findings(fact for fact in facts if isinstance(fact, Missed)),
        )

    def terms_at(self, moment: datetime) -> Terms:
        """The terms that held; before the opening those of the opening."""
        return next((one.terms for one in reversed(self.stages) if one.at <= moment), self.opened.terms)

    @property
    def steps(self) -> list[Step]:
        """What begins and ends promises to say something. Words at the instant of a turn come before it."""
        return sorted([*self.words, *(one for one in self.turns if isinstance(one, Step))], key=_step)

    @property
    def exchange(self) -> list[Exchange]:
        """The same, with what the customer wrote, and when it was resolved. At the instant of a turn words come first,
        and ours before theirs."""
        turns = (one for one in self.turns if isinstance(one, Step | Resolved))
        return sorted([*self.words, *self.wrote, *turns], key=_spoken)


def _moment(fact: HistoryFact) -> tuple[datetime, str]:
    return fact.at, fact.event_id


def _step(step: Step) -> tuple[datetime, bool, int, str]:
    return step.at, not isinstance(step, Sent), step.version, step.event_id


def _spoken(one: Exchange) -> tuple[datetime, int, int, str]:
    order = 0 if isinstance(one, Sent) else 1 if isinstance(one, Wrote) else 2
    return one.at, order, one.version, one.event_id


def _follow_ups(facts: Sequence[HistoryFact]) -> list[FollowUp]:
    """In the order in which they were first heard of."""
    newest: dict[str, Pledged] = {}
    for fact in facts:
        if isinstance(fact, Pledged):
            known = newest.setdefault(fact.follow_up_id, fact)
            newest[fact.follow_up_id] = max(known, fact, key=lambda one: one.revision)
    done = {fact.follow_up_id: fact.at for fact in reversed(facts) if isinstance(fact, Fulfilled)}
    return [FollowUp(pledged, done.get(name)) for name, pledged in newest.items()]


def _findings(missed: Iterable[Missed]) -> dict[str, list[datetime]]:
    found: dict[str, list[datetime]] = {}
    for fact in missed:
        found.setdefault(fact.promise_id, []).append(fact.at)
    return found
