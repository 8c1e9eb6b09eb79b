"""Which promise comes next, and in which order incidents stand on the board."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_common.events import IncidentStatus, Lane, Priority, PromiseKind, PromiseState
from candor_triage.domain.board import Choice, Entry, Standing, Urgency, by_urgency, counts, standing
from tests.unit.triage.builders import NOON, after
from tests.unit.triage.promises import a_pledge

KEPT, BREACHED = PromiseState.KEPT, PromiseState.BREACHED
UPDATE, FIX = PromiseKind.NEXT_UPDATE, PromiseKind.RESOLUTION


def an_entry(id: str = "INC-000001", **given: Any) -> Entry:
    usual: dict[str, Any] = {
        "status": IncidentStatus.OPEN,
        "priority": Priority.P3,
        "lane": Lane.STANDARD,
        "team": "service-desk",
        "kind": "fault",
        "owner": None,
        "unsure": False,
        "opened_at": NOON,
    }
    return Entry(id, **usual | given)


@pytest.mark.parametrize(
    ("minutes", "given", "urgency"),
    [
        (0, {}, Urgency.RUNNING),
        (45, {}, Urgency.AT_RISK),
        (59, {}, Urgency.AT_RISK),
        (60, {}, Urgency.MISSED),
        (60, {"running": False}, Urgency.PAUSED),
        (10, {"state": BREACHED}, Urgency.MISSED),
        (10, {"state": KEPT, "kept_at": NOON}, Urgency.NONE),
    ],
)
def test_a_promise_stands_as_its_clock_says(minutes: int, given: dict[str, Any], urgency: Urgency) -> None:
    assert a_pledge(**given).urgency(after(minutes=minutes)) is urgency


def test_the_next_promise_is_the_most_urgent_one_and_the_one_after_it_can_still_be_kept() -> None:
    missed = a_pledge("missed", state=BREACHED)
    later = a_pledge("later", kind=FIX, due_at=after(hours=9), warn_at=after(hours=8))
    soon = a_pledge("soon", kind=UPDATE, due_at=after(hours=3), warn_at=after(hours=2, minutes=30))
    found = standing([later, soon, missed], after(hours=2))
    assert (found.urgency, found.first, found.then) == (Urgency.MISSED, missed, soon)


def test_a_missed_word_is_made_good_by_a_later_word() -> None:
    missed = a_pledge("missed", state=BREACHED)
    renewed = a_pledge("renewed", kind=UPDATE, state=KEPT, due_at=after(hours=3), kept_at=after(hours=2))
    found = standing([missed, renewed], after(hours=2))
    assert (found.urgency, found.last_word_at) == (Urgency.NONE, after(hours=2))


def test_a_word_from_before_does_not_make_a_miss_good() -> None:
    early = a_pledge("early", state=KEPT, kept_at=after(minutes=10))
    missed = a_pledge("missed", kind=UPDATE, state=BREACHED)
    assert standing([early, missed], after(hours=2)).first == missed


@pytest.mark.parametrize(("works_again", "urgency"), [(False, Urgency.MISSED), (True, Urgency.NONE)])
def test_a_missed_fix_is_made_good_only_by_the_fix(works_again: bool, urgency: Urgency) -> None:
    missed = a_pledge(kind=FIX, state=BREACHED)
    word = a_pledge("word", kind=UPDATE, state=KEPT, due_at=after(hours=3), kept_at=after(hours=2))
    assert standing([missed, word], after(hours=3), works_again=works_again).urgency is urgency


def test_missed_comes_before_at_risk_before_running_before_paused_before_nothing() -> None:
    now = after(hours=2)
    pledges = {
        "paused": a_pledge(running=False, due_at=after(minutes=1)),
        "later": a_pledge(due_at=after(hours=9), warn_at=after(hours=8)),
        "soon": a_pledge(due_at=after(hours=4), warn_at=after(hours=3)),
        "risky": a_pledge(due_at=after(hours=3), warn_at=after(hours=1)),
        "missed": a_pledge(state=BREACHED),
    }
    standings = {id: standing([one], now) for id, one in pledges.items()}
    order = by_urgency([an_entry("nothing"), *map(an_entry, pledges)], standings)
    assert [one.id for one in order] == ["missed", "risky", "soon", "later", "paused", "nothing"]


def test_equally_due_incidents_stand_by_priority() -> None:
    same = {id: standing([a_pledge()], NOON) for id in ("a", "b")}
    order = by_urgency([an_entry("a"), an_entry("b", priority=Priority.P1)], same)
    assert [one.id for one in order] == ["b", "a"]


@given(st.permutations(range(8)), st.data())
def test_the_order_does_not_depend_on_where_rows_come_from(order: list[int], data: st.DataObject) -> None:
    dues = data.draw(st.lists(st.integers(1, 5), min_size=8, max_size=8))
    standings = {
        str(at): standing([a_pledge(due_at=NOON + timedelta(hours=hours))], NOON)
        for at, hours in enumerate(dues)
    }
    entries = [an_entry(str(at)) for at in range(8)]
    assert by_urgency([entries[at] for at in order], standings) == by_urgency(entries, standings)


@pytest.mark.parametrize(
    ("choice", "ids"),
    [
        (Choice(), "abc"),
        (Choice(lane="vip"), "b"),
        (Choice(owner="ana"), "a"),
        (Choice(nobody=True), "bc"),
        (Choice(unsure=True), "c"),
        (Choice(team="operations"), "c"),
        (Choice(kind="question"), "b"),
        (Choice(status="resolved"), "d"),
    ],
)
def test_a_choice_takes_what_fits_and_without_a_status_what_is_to_be_done(choice: Choice, ids: str) -> None:
    entries = [
        an_entry("a", owner="ana"),
        an_entry("b", lane=Lane.VIP, kind="question"),
        an_entry("c", team="operations", unsure=True, status=IncidentStatus.REOPENED),
        an_entry("d", status=IncidentStatus.RESOLVED),
    ]
    assert [one.id for one in entries if choice.takes(one)] == list(ids)


def test_the_tabs_count_what_they_show() -> None:
    entries = [an_entry("a", owner="ana"), an_entry("b", lane=Lane.VIP), an_entry("c", lane=Lane.EMERGENCY)]
    found = counts(entries, "ana")
    assert found == {"all": 3, "emergency": 1, "vip": 1, "mine": 1, "nobody": 2, "unsure": 0}
    assert counts(entries, "")["mine"] == 0


def test_nothing_promised_is_no_urgency() -> None:
    assert standing([], NOON) == Standing()
