"""Tells the history of an incident in minutes, for tests of promises."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from candor_common.events import MessageKind, Priority, Promise
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
from candor_sla_timer.domain.moments import is_missed
from candor_sla_timer.domain.promises import derive

START = datetime(2026, 3, 10, 10, tzinfo=UTC)
INCIDENT = "INC-1"
TERMS = Terms(
    charter_version="c1",
    priority=Priority.P1,
    first_response=timedelta(minutes=60),
    resolution=timedelta(minutes=240),
    update_every=timedelta(minutes=30),
    warn_share=0.75,
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
