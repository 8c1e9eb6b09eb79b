from datetime import datetime, timedelta

import pytest

from candor_common.events import Level, Promise, PromiseState
from candor_sla_timer.domain.agenda import NOTHING, Agenda, LevelTurn, WarningPoint
from candor_sla_timer.domain.moments import is_missed, next_moment, turns_due, warnings_due
from candor_sla_timer.domain.promises import derive
from tests.unit.sla_timer.telling import Telling, at

INSTANT = timedelta(microseconds=1)
WARN, DUE = at(45), at(60)
HALF, LAST = WarningPoint(share=0.5, at=at(30)), WarningPoint(share=0.75, at=WARN)
AGENDA = Agenda(warnings=(LAST,))
L2, L3 = LevelTurn(level=Level.L2, at=at(90)), LevelTurn(level=Level.L3, at=at(180))


@pytest.fixture
def promise() -> Promise:
    return derive(Telling().facts)[0]


@pytest.mark.parametrize(
    ("now", "at_risk", "missed"),
    [
        (WARN - INSTANT, False, False),
        (WARN, True, False),
        (DUE - INSTANT, True, False),
        (DUE, False, False),
        (DUE + INSTANT, False, True),
    ],
)
def test_a_warning_and_a_breach_are_never_early_and_never_together(
    promise: Promise, now: datetime, at_risk: bool, missed: bool
) -> None:
    assert (bool(warnings_due(promise, AGENDA, now)), is_missed(promise, now)) == (at_risk, missed)


def test_the_next_moment_is_the_warning_and_then_the_first_instant_after_the_due_time(
    promise: Promise,
) -> None:
    warned = promise.model_copy(update={"warned_at": WARN, "warned_share": 0.75})
    assert next_moment(promise, AGENDA, at(0)) == WARN
    assert next_moment(warned, AGENDA, at(0)) == DUE + INSTANT
    assert next_moment(promise, AGENDA, DUE) == DUE + INSTANT


def test_each_point_is_warned_of_once(promise: Promise) -> None:
    agenda = Agenda(warnings=(HALF, LAST))
    half = promise.model_copy(update={"warned_at": at(30), "warned_share": 0.5})
    assert next_moment(promise, agenda, at(0)) == at(30)
    assert warnings_due(promise, agenda, at(30)) == [HALF]
    assert (next_moment(half, agenda, at(31)), warnings_due(half, agenda, at(44))) == (WARN, [])
    assert warnings_due(half, agenda, WARN) == [LAST]
    assert warnings_due(promise, agenda, WARN) == [HALF, LAST]


def test_what_was_warned_of_before_shares_were_kept_is_not_warned_of_again(promise: Promise) -> None:
    before = promise.model_copy(update={"warned_at": WARN})
    assert warnings_due(before, AGENDA, at(50)) == []
    assert next_moment(before, AGENDA, at(50)) == DUE + INSTANT


def test_after_a_miss_the_levels_have_their_turns_once(promise: Promise) -> None:
    missed = promise.model_copy(update={"state": PromiseState.BREACHED})
    agenda = Agenda(turns=(L2, L3))
    assert (next_moment(missed, agenda, at(61)), turns_due(missed, agenda, at(89))) == (at(90), [])
    assert turns_due(missed, agenda, at(90)) == [L2]
    told = missed.model_copy(update={"escalated_to": Level.L2})
    assert next_moment(told, agenda, at(90)) == at(180)
    assert turns_due(told, agenda, at(200)) == [L3]
    assert turns_due(missed, agenda, at(200)) == [L2, L3]
    assert next_moment(told.model_copy(update={"escalated_to": Level.L3}), agenda, at(200)) is None
    assert turns_due(promise, agenda, at(200)) == []


def test_a_promise_without_time_to_warn_is_only_looked_at_when_it_is_missed(promise: Promise) -> None:
    late = Agenda(warnings=(WarningPoint(share=0.75, at=DUE),))
    assert next_moment(promise, late, at(0)) == DUE + INSTANT


@pytest.mark.parametrize("state", [PromiseState.KEPT, PromiseState.BREACHED, PromiseState.WITHDRAWN])
def test_what_is_over_needs_no_clock(promise: Promise, state: PromiseState) -> None:
    over = promise.model_copy(update={"state": state})
    assert next_moment(over, NOTHING, at(0)) is None
    assert not is_missed(over, at(1000))
    assert not warnings_due(over, AGENDA, at(50))
