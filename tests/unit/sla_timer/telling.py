"""Tells the history of an incident in minutes, for tests of promises."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from candor_common.events import MessageKind, Priority, Promise, PromiseKind
from candor_common.working_time import Target, Unit
from candor_sla_timer.domain.history import (
    Asked,
    Cancelled,
    Closed,
    Estimated,
    Fulfilled,
    HistoryFact,
    Merged,
    Missed,
    NewTerms,
    Opened,
    Pledged,
    Reopened,
    Resolved,
    Resumed,
    Sent,
    Updated,
    Verified,
    Wrote,
)
from candor_sla_timer.domain.moments import is_missed
from candor_sla_timer.domain.promises import derive
from candor_sla_timer.domain.terms import Terms

START = datetime(2026, 3, 10, 10, tzinfo=UTC)
INCIDENT = "INC-1"
TERMS = Terms(
    charter_version="c1",
    priority=Priority.P1,
    first_response=Target(60, Unit.MINUTES),
    resolution=Target(240, Unit.MINUTES),
    update_every=Target(30, Unit.MINUTES),
    next_reply=Target(45, Unit.MINUTES),
    warnings=(0.75,),
    renewals=2,
)


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def minute_of(moment: datetime | None) -> float | None:
    return None if moment is None else (moment - START) / timedelta(minutes=1)


def shown(promise: Promise) -> tuple[str, float | None, float | None, str, float | None]:
    """Kind, made, due, state, kept: in minutes."""
    made, due, kept = minute_of(promise.made_at), minute_of(promise.due_at), minute_of(promise.kept_at)
    return promise.kind.value, made, due, promise.state.value, kept


class Telling:
    """What happened so far; the methods add to it, each at its minute."""

    def __init__(self, terms: Terms = TERMS, *, awaits_answer: bool = True) -> None:
        self.facts: list[HistoryFact] = []
        self.version = 0
        self.last_resolved = "nothing"
        values = self._turn(0)
        self.facts.append(Opened(**values, awaits_answer=awaits_answer, terms=terms))

    def _turn(self, minute: float) -> dict[str, Any]:
        self.version += 1
        return {**self._fact(minute), "version": self.version}

    def _fact(self, minute: float) -> dict[str, Any]:
        return {"event_id": f"e{len(self.facts)}", "incident_id": INCIDENT, "at": at(minute)}

    def update(self, minute: float, *, next_by: float | None = None) -> None:
        """An update is written and leaves in the same minute."""
        given = None if next_by is None else at(next_by)
        updated = Updated(**self._turn(minute), next_by=given)
        self.facts.append(updated)
        self.facts.append(Sent(**self._fact(minute), words=MessageKind.UPDATE, cause=updated.event_id))

    def resolution_sent(self, minute: float) -> None:
        cause = self.last_resolved
        self.facts.append(Sent(**self._fact(minute), words=MessageKind.RESOLUTION, cause=cause))

    def resolved(self, minute: float) -> None:
        self.facts.append(Resolved(**self._turn(minute)))
        self.last_resolved = self.facts[-1].event_id

    def reopened(self, minute: float) -> None:
        self.facts.append(Reopened(**self._turn(minute)))

    def verified(self, minute: float) -> None:
        self.facts.append(Verified(**self._turn(minute)))

    def wrote(self, minute: float) -> None:
        self.facts.append(Wrote(**self._turn(minute)))

    def asked(self, minute: float) -> None:
        self.facts.append(Asked(**self._turn(minute)))

    def resumed(self, minute: float) -> None:
        self.facts.append(Resumed(**self._turn(minute)))

    def estimated(self, minute: float, fixed_by: float) -> None:
        self.facts.append(Estimated(**self._turn(minute), fixed_by=at(fixed_by)))

    def changed(self, minute: float, terms: Terms) -> None:
        self.facts.append(NewTerms(**self._turn(minute), terms=terms))

    def merged(self, minute: float) -> None:
        self.facts.append(Merged(**self._turn(minute)))

    def cancelled(self, minute: float) -> None:
        self.facts.append(Cancelled(**self._turn(minute)))

    def pledged(self, minute: float, *, by: float, owner: str, revision: int = 1) -> None:
        """Owed since then, by whoever has it in this revision."""
        pledge: dict[str, Any] = {"owner": owner, "due_at": at(by), "revision": revision}
        kind = PromiseKind.FOLLOW_UP
        self.facts.append(Pledged(**self._fact(minute), follow_up_id="f1", kind=kind, **pledge))

    def fulfilled(self, minute: float) -> None:
        self.facts.append(Fulfilled(**self._fact(minute), follow_up_id="f1"))

    def closed(self, minute: float) -> None:
        self.facts.append(Closed(**self._turn(minute)))

    def tick(self, minute: float) -> None:
        """The scheduler looks and finds what was missed."""
        self.facts += findings(derive(self.facts), at(minute))

    def promises(self) -> list[tuple[str, float | None, float | None, str, float | None]]:
        return [shown(promise) for promise in derive(self.facts)]


def findings(promises: Sequence[Promise], now: datetime) -> list[Missed]:
    return [
        Missed(event_id=f"{one.id}/{one.due_at}", incident_id=INCIDENT, at=now, promise_id=one.id)
        for one in promises
        if is_missed(one, now)
    ]
