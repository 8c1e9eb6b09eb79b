"""What is to be said about promises by the clock, besides that one was missed: warnings before, levels' turns after.

Both lie on the promise's own clock, so that they move with its pauses and its working time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from candor_common.events import Level, Promise, PromiseState, Value
from candor_common.working_time import ALWAYS_OPEN
from candor_sla_timer.domain.history import HistoryFact
from candor_sla_timer.domain.promises import Account, accounts
from candor_sla_timer.domain.reckoning import FOLLOW_UPS
from candor_sla_timer.domain.story import Story


class WarningPoint(Value):
    """When a share of a promise's time has passed."""

    share: float
    at: datetime


class LevelTurn(Value):
    """When it is a level's turn to look, as a promise was missed and is still not kept."""

    level: Level
    at: datetime


@dataclass(frozen=True, slots=True)
class Agenda:
    """What is to be said about one promise, each in order of time."""

    warnings: tuple[WarningPoint, ...] = ()
    turns: tuple[LevelTurn, ...] = ()


NOTHING = Agenda()


@dataclass(frozen=True, slots=True)
class Counted:
    """All promises about an incident as they stand, and what is to be said about those that are not over."""

    promises: Sequence[Promise]
    agendas: Mapping[str, Agenda]

    def of(self, promise_id: str) -> Agenda:
        return self.agendas.get(promise_id, NOTHING)


def counted(history: Sequence[HistoryFact]) -> Counted:
    """The promises that follow from a history, with their agendas."""
    story = Story.of(history)
    found = list(accounts(story)) if story else []
    return Counted([one.promise for one in found], {one.promise.id: agenda(one) for one in found})


def agenda(account: Account) -> Agenda:
    """What is to be said about a promise. Warnings stand before its due time, and turns only where it was missed."""
    match account.promise.state:
        case PromiseState.OPEN:
            return Agenda(warnings=warnings(account))
        case PromiseState.BREACHED:
            return Agenda(turns=tuple(sorted(_turns(account), key=lambda one: one.at)))
    return NOTHING


def warnings(account: Account) -> tuple[WarningPoint, ...]:
    """The charter's warning points, also of a promise that is over."""
    made_at, count, last = account.promise.made_at, account.count, account.promise.warn_at
    *earlier, at_risk = count.terms.warnings
    points = [WarningPoint(share=one, at=count.clock.part(made_at, count.due_at, one)) for one in earlier]
    return (*points, WarningPoint(share=at_risk, at=last))


def _turns(account: Account) -> Iterator[LevelTurn]:
    """None of what was done too late, nor of what follows a miss by itself: then they count from the first miss. Where
    the clock stands still because the customer has the word, none comes."""
    count, vow = account.count, account.vow
    if account.end or vow.renewal or vow.kind in FOLLOW_UPS:
        return
    for level, target in count.terms.turns or ():
        if target.on_clock:
            at = count.due_at + target.open_time(ALWAYS_OPEN)
        else:
            calendar = count.goal.calendar if count.goal else ALWAYS_OPEN
            at = count.clock.later(count.due_at, target.open_time(calendar))
        if count.paused_since is None or at <= count.paused_since:
            yield LevelTurn(level=level, at=at)
