"""The cases of `sla_vectors.json` and of sla.md told as what happened to an incident, in the clock time of Shanghai."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from candor_common.events import MessageKind, Priority, Promise, PromiseKind
from candor_common.working_time import Pause, Target
from candor_sla_timer.domain.history import (
    Asked,
    Closed,
    HistoryFact,
    Missed,
    NewTerms,
    Opened,
    Reopened,
    Resolved,
    Resumed,
    Sent,
    Wrote,
)
from candor_sla_timer.domain.moments import is_missed
from candor_sla_timer.domain.promises import derive
from candor_sla_timer.domain.terms import Hours, Terms
from tests.unit.working_time.vectors import calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")


def on(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of March 2026 in Shanghai; the 2nd is a Monday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


def terms(
    resolution: str = "900bh",
    *,
    first_response: str = "900bh",
    every: str = "900bh",
    on_calendar: str = "CN-BH",
    priority: Priority = Priority.P3,
) -> Terms:
    """What a charter says; what isn't named takes very long."""
    return Terms(
        charter_version="c1",
        priority=priority,
        first_response=Target.parse(first_response),
        resolution=Target.parse(resolution),
        update_every=Target.parse(every),
        warnings=(0.75,),
        renewals=2,
        hours=Hours.of(on_calendar, calendar(on_calendar), datetime(2026, 3, 1, tzinfo=SHANGHAI).date()),
    )


class Case:
    """What happened so far; the methods add to it."""

    def __init__(self, opened: datetime, its_terms: Terms) -> None:
        self.facts: list[HistoryFact] = []
        self.facts.append(Opened(**self._at(opened), awaits_answer=True, terms=its_terms))

    def _at(self, moment: datetime) -> dict[str, Any]:
        number = len(self.facts) + 1
        return {"event_id": f"e{number}", "incident_id": "INC-1", "at": moment, "version": number}

    def paused(self, pauses: Iterable[Pause]) -> None:
        """The customer is asked at the beginning of each pause; they have the word until the last one that overlaps
        is over."""
        until: datetime | None = None
        for since, to in sorted(pauses):
            if until and since > until:
                self.resumed(until)
                until = None
            self.asked(since)
            until = max(until or to, to)
        if until:
            self.resumed(until)

    def asked(self, moment: datetime) -> None:
        self.facts.append(Asked(**self._at(moment)))

    def resumed(self, moment: datetime) -> None:
        self.facts.append(Resumed(**self._at(moment)))

    def changed(self, moment: datetime, to: Terms) -> None:
        self.facts.append(NewTerms(**self._at(moment), terms=to))

    def resolved(self, moment: datetime) -> None:
        self.facts.append(Resolved(**self._at(moment)))

    def closed(self, moment: datetime) -> None:
        self.facts.append(Closed(**self._at(moment)))

    def reopened(self, moment: datetime) -> None:
        self.facts.append(Reopened(**self._at(moment)))

    def said(self, moment: datetime, words: MessageKind = MessageKind.UPDATE) -> None:
        self.facts.append(Sent(**self._at(moment), words=words, cause="unknown"))

    def wrote(self, moment: datetime) -> None:
        """The customer, once more."""
        self.facts.append(Wrote(**self._at(moment)))

    def looked(self, now: datetime) -> None:
        """The scheduler looks."""
        for one in derive(self.facts):
            if is_missed(one, now):
                self.facts.append(Missed(**self._at(now), promise_id=one.id))

    def all(self, kind: PromiseKind) -> Sequence[Promise]:
        return [one for one in derive(self.facts) if one.kind is kind]

    def last(self, kind: PromiseKind = PromiseKind.RESOLUTION) -> Promise:
        return self.all(kind)[-1]


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
