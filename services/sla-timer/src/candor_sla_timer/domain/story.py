"""The facts of one incident in the order in which they happened, whatever the order in which they came in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from candor_sla_timer.domain.history import (
    Closed,
    HistoryFact,
    Missed,
    Opened,
    Reopened,
    Resolved,
    Sent,
    Terms,
    Updated,
)

Turn = Resolved | Reopened | Closed
Step = Sent | Reopened | Closed


@dataclass(frozen=True, slots=True)
class Story:
    """An incident's history, sorted and without repetitions."""

    opened: Opened
    turns: Sequence[Turn]
    """Resolutions and reopenings by turns, up to the closing. They follow the incident's versions; a time that
    steps back counts as the time before it."""
    resolutions: Mapping[str, int]
    """The version of each resolution, by its event, also of those that were resolved already."""
    words: Sequence[Sent]
    next_by: Mapping[str, datetime | None]
    """Which date each update named, by its event."""
    findings: Mapping[str, Sequence[datetime]]
    """When each promise was found missed, earliest first."""

    @classmethod
    def of(cls, history: Iterable[HistoryFact]) -> Self | None:
        """Nothing as long as it isn't known how the incident began."""
        facts = sorted({fact.event_id: fact for fact in history}.values(), key=_moment)
        opened = [fact for fact in facts if isinstance(fact, Opened)]
        if not opened:
            return None
        return cls(
            opened=opened[0],
            turns=_turns(opened[0], [fact for fact in facts if isinstance(fact, Turn)]),
            resolutions={fact.event_id: fact.version for fact in facts if isinstance(fact, Resolved)},
            words=[fact for fact in facts if isinstance(fact, Sent)],
            next_by={fact.event_id: fact.next_by for fact in facts if isinstance(fact, Updated)},
            findings=_findings(fact for fact in facts if isinstance(fact, Missed)),
        )

    @property
    def terms(self) -> Terms:
        return self.opened.terms

    @property
    def steps(self) -> list[Step]:
        """What begins and ends promises to say something. Words at the instant of a turn come before it."""
        return sorted([*self.words, *(one for one in self.turns if not isinstance(one, Resolved))], key=_step)


def _moment(fact: HistoryFact) -> tuple[datetime, str]:
    return fact.at, fact.event_id


def _step(step: Step) -> tuple[datetime, bool, int, str]:
    return step.at, not isinstance(step, Sent), step.version, step.event_id


def _turns(opened: Opened, turns: Iterable[Turn]) -> list[Turn]:
    taken: list[Turn] = []
    at, resolved = opened.at, False
    for turn in sorted(turns, key=lambda one: (one.version, one.event_id)):
        if isinstance(turn, Reopened if not resolved else Resolved):
            continue
        at, resolved = max(at, turn.at), isinstance(turn, Resolved)
        taken.append(turn.model_copy(update={"at": at}))
        if isinstance(turn, Closed):
            break
    return taken


def _findings(missed: Iterable[Missed]) -> dict[str, list[datetime]]:
    found: dict[str, list[datetime]] = {}
    for fact in missed:
        found.setdefault(fact.promise_id, []).append(fact.at)
    return found
