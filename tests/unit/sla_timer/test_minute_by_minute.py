"""Random incidents, on calendars whose clocks change on the way: the service and a walk minute by minute agree."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from candor_common.events import MessageKind, Priority, Promise
from candor_common.working_time import ALWAYS_OPEN, Calendar, Target, Unit, Window
from candor_sla_timer.domain import history as facts
from candor_sla_timer.domain.explanation import Explanation, explain
from candor_sla_timer.domain.history import HistoryFact, Missed
from candor_sla_timer.domain.moments import is_missed
from candor_sla_timer.domain.promises import derive
from candor_sla_timer.domain.terms import Hours, Terms
from tests.unit.sla_timer.counters import HORIZON, PLANS
from tests.unit.sla_timer.stepping import RENEWALS, Happening, Life, Rules, Shown

STARTS = [datetime(2026, 3, 6, 20, tzinfo=UTC), datetime(2026, 10, 30, 9, tzinfo=UTC)]
"""Two days before clocks in New York go forward, and before they go back."""
MINUTE = timedelta(minutes=1)
TURNS: dict[str, Callable[..., facts.Turn]] = {
    "asked": facts.Asked,
    "resumed": facts.Resumed,
    "estimated": facts.Estimated,
    "resolve": facts.Resolved,
    "reopen": facts.Reopened,
    "verify": facts.Verified,
    "close": facts.Closed,
    "change": facts.NewTerms,
}
WHAT = st.sampled_from(
    [
        "words",
        "told_so",
        "wrote",
        "wrote",
        "tick",
        "tick",
        "tick",
        *(set(TURNS) - {"close"}),
        *TURNS,
        "change",
    ]
)
RULES = st.builds(
    Rules,
    st.integers(1, 900),
    st.integers(1, 2500),
    st.integers(1, 900),
    st.integers(1, 900),
    st.sampled_from(sorted(PLANS)),
)


@dataclass(frozen=True)
class Incident:
    """What happens to an incident under which rules; some changes are dated back by some minutes."""

    start: datetime
    rules: Sequence[Rules]
    happenings: Sequence[Happening]
    back: Sequence[int]

    @property
    def dated(self) -> list[Happening]:
        """As it counts: what is dated before the change before it counts as at the same time. What ends at the instant at
        which other terms begin ends under the old ones."""
        found, latest = list[Happening](), 0
        for one, back in zip(self.happenings, self.back, strict=True):
            if one.what in TURNS:
                latest = max(latest, one.minute - back)
                found.append(replace(one, minute=latest))
            else:
                found.append(one)
        order = {"words": 0, "told_so": 0, "wrote": 1, "change": 3, "tick": 4}
        return sorted(found, key=lambda one: (one.minute, order.get(one.what, 2)))


@st.composite
def incidents(draw: st.DrawFn) -> Incident:
    rules = draw(st.lists(RULES, min_size=1, max_size=3))
    one = st.tuples(st.integers(1, 4500), WHAT, st.integers(0, 5000))
    drawn = draw(st.lists(one, max_size=14, unique_by=lambda one: one[0]))
    happenings, told_of, works = list[Happening](), 0, False
    for place, (minute, what, number) in enumerate(sorted(drawn), 2):
        told_of = place if what == "resolve" and not works else told_of
        works = what in ("resolve", "close") or (works and what != "reopen")
        meant = {"change": number % len(rules), "told_so": told_of}.get(what, number)
        happenings.append(Happening(minute, what, meant, place))
    back = [min(draw(st.sampled_from([0, 0, 0, 7, 600])), one.minute - 1) for one in happenings]
    return Incident(draw(st.sampled_from(STARTS)), rules, happenings, back)


def history(incident: Incident) -> list[HistoryFact]:
    """The same as the service hears it; the scheduler looks at each tick at what has happened by then."""
    begun = facts.Opened(**known(incident, 0, 1), awaits_answer=True, terms=terms(incident.rules[0]))
    found: list[HistoryFact] = [begun]
    for one, back in zip(incident.happenings, incident.back, strict=True):
        if one.what in TURNS:
            found.append(turn(incident, one, back))
        elif one.what != "tick":
            found += said(incident, one)
    for place, tick in enumerate(one for one in incident.dated if one.what == "tick"):
        found += looked(incident, found, tick.minute, place)
    return found


def known(incident: Incident, minute: int, version: int) -> dict[str, Any]:
    at = incident.start + minute * MINUTE
    return {"event_id": f"e{version}", "incident_id": "INC-1", "at": at, "version": version}


def turn(incident: Incident, one: Happening, back: int) -> HistoryFact:
    values = known(incident, one.minute - back, one.place)
    if one.what == "estimated":
        return facts.Estimated(**values, fixed_by=incident.start + one.number * MINUTE)
    if one.what == "change":
        return facts.NewTerms(**values, terms=terms(incident.rules[one.number]))
    return TURNS[one.what](**values)


def said(incident: Incident, one: Happening) -> list[HistoryFact]:
    values = known(incident, one.minute, one.place)
    if one.what == "wrote":
        return [facts.Wrote(**values)]
    values |= {"version": 0}
    if one.what == "told_so":
        return [facts.Sent(**values, words=MessageKind.RESOLUTION, cause=f"e{one.number}")]
    next_by, name = incident.start + one.number * MINUTE, f"u{one.place}"
    written = facts.Updated(**values | {"event_id": name}, next_by=next_by)
    return [written, facts.Sent(**values, words=MessageKind.UPDATE, cause=name)]


def looked(incident: Incident, found: Sequence[HistoryFact], minute: int, place: int) -> list[HistoryFact]:
    now = incident.start + minute * MINUTE
    minutes = {one.place: one.minute for one in incident.dated}
    happened = [one for one in found if one.at <= now and minutes.get(one.version, 0) <= minute]
    return [
        Missed(event_id=f"m{place}-{one.id}", incident_id="INC-1", at=now, promise_id=one.id)
        for one in derive(happened)
        if is_missed(one, now)
    ]


def terms(rules: Rules) -> Terms:
    plan = PLANS[rules.plan]
    calendar = ALWAYS_OPEN
    if plan is not None:
        names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        week = {names[day]: [Window(*one) for one in windows] for day, windows in plan.week.items()}
        calendar = Calendar.of(plan.zone, week)
    first, resolution, every, reply = (
        Target(count, Unit.BUSINESS_MINUTES)
        for count in (rules.first, rules.resolution, rules.every, rules.reply)
    )
    return Terms(
        charter_version="c1",
        priority=Priority.P2,
        first_response=first,
        resolution=resolution,
        update_every=every,
        next_reply=reply,
        warnings=(0.75,),
        renewals=RENEWALS,
        hours=Hours.of(rules.plan, calendar, datetime(2026, 1, 1, tzinfo=UTC).date()),
    )


def shown(promise: Promise, start: datetime) -> Shown:
    def minute(moment: datetime) -> int:
        return (moment - start) // MINUTE

    due = minute(promise.due_at) if promise.running else None
    return (
        promise.kind.value,
        minute(promise.made_at),
        due if due is None or due <= HORIZON else None,
        promise.state.value,
        minute(promise.kept_at) if promise.kept_at else None,
        promise.running,
    )


@settings(max_examples=100, deadline=None)
@given(incidents())
def test_promises_agree_with_a_walk_minute_by_minute(incident: Incident) -> None:
    found = sorted((shown(one, incident.start) for one in derive(history(incident))), key=repr)
    assert found == Life(incident.start, incident.rules).live(incident.dated)


@settings(max_examples=60, deadline=None)
@given(incidents(), st.data())
def test_neither_order_nor_repetition_changes_them(incident: Incident, data: st.DataObject) -> None:
    heard = history(incident)
    repeated = data.draw(st.lists(st.sampled_from(heard)))
    assert derive(data.draw(st.permutations([*heard, *repeated]))) == derive(heard)


@settings(max_examples=60, deadline=None)
@given(incidents(), st.integers(0, 9000))
def test_a_strip_has_no_gaps_and_adds_up(incident: Incident, minute: int) -> None:
    heard, now = history(incident), incident.start + minute * MINUTE
    for promise in derive(heard):
        adds_up(explain(heard, promise, max(now, promise.made_at)))


def adds_up(explained: Explanation) -> None:
    strip = explained.strip
    assert all(one.until == other.since for one, other in pairwise(strip))
    assert all(one.since < one.until for one in strip)
    ran = sum((one.until - one.since for one in strip if one.kind == "working"), timedelta())
    if explained.left >= timedelta():
        assert ran == explained.counted or ran == explained.counted + explained.left
