"""The rules of sla.md, section 9, with what is emitted. Times are those of Shanghai; work is from 9 to 18."""

from datetime import datetime

import pytest

from candor_common.events import (
    BreachCause,
    MessageKind,
    Priority,
    PromiseAtRisk,
    PromiseBreached,
    PromiseKind,
    PromiseMade,
    PromiseState,
)
from candor_sla_timer.domain.agenda import counted
from candor_sla_timer.domain.explanation import explain
from candor_sla_timer.domain.moments import next_moment
from tests.unit.sla_timer.cases import Case, minutes, on, terms
from tests.unit.sla_timer.desk import Desk

FIRST, NEXT, RESOLUTION = PromiseKind.FIRST_RESPONSE, PromiseKind.NEXT_UPDATE, PromiseKind.RESOLUTION
P1 = Priority.P1


def test_13a_a_raised_priority_counts_from_the_opening() -> None:
    case = Case(on(10, 10), terms("8bh"))
    case.changed(on(10, 13), terms("4bh", priority=P1))
    promise = case.last()
    assert (promise.due_at, promise.priority, promise.made_at) == (on(10, 14), P1, on(10, 10))


def test_14_a_raised_priority_whose_time_is_over_is_one_breach_of_that_time_and_no_warning() -> None:
    case = Case(on(10, 10), terms("8bh"))
    desk = Desk(case)
    desk.hear()
    assert desk.look(on(10, 14, 59)) == []
    case.changed(on(10, 15), terms("2bh", priority=P1))
    [moved] = desk.hear()
    assert isinstance(moved, PromiseMade)
    agenda = counted(case.facts).of(moved.promise.id)
    assert next_moment(moved.promise, agenda, on(10, 15)) == on(10, 12) + minutes(1 / 60_000_000)
    [breach] = desk.look(on(10, 15))
    assert isinstance(breach, PromiseBreached)
    assert (breach.promise.due_at, breach.fired_at) == (on(10, 12), on(10, 15))
    assert breach.cause is breach.promise.breach_cause is BreachCause.POLICY_CHANGE
    assert desk.look(on(10, 16)) == []


def test_14_what_was_late_before_the_change_or_after_it_is_missed_for_no_other_cause_than_time() -> None:
    late = Case(on(10, 10), terms("2bh"))
    late.looked(on(10, 12, 1))
    late.changed(on(10, 15), terms("1bh", priority=P1))
    later = Case(on(10, 10), terms("8bh"))
    later.changed(on(10, 11), terms("2bh", priority=P1))
    later.looked(on(10, 12, 1))
    for case in (late, later):
        assert case.last().state is PromiseState.BREACHED
        assert case.last().breach_cause is None


def test_15a_a_change_keeps_the_pauses() -> None:
    case = Case(on(10, 10), terms("8bh"))
    case.paused([(on(10, 11), on(10, 14))])
    case.changed(on(10, 15), terms("4bh", priority=P1))
    assert case.last().due_at == on(10, 17)


def test_16_a_lowered_priority_moves_the_date_out_and_takes_back_the_pending_warning() -> None:
    case = Case(on(10, 10), terms("1bh", priority=P1))
    desk = Desk(case)
    desk.hear()
    case.changed(on(10, 10, 30), terms("24bh"))
    [moved] = desk.hear()
    assert (moved.promise.due_at, moved.promise.version) == (on(12, 16), 2)
    assert desk.look(on(10, 10, 45)) == desk.look(on(10, 11, 1)) == []
    assert [type(one) for one in desk.look(on(12, 12))] == [PromiseAtRisk]


def test_17a_another_calendar_keeps_what_has_passed() -> None:
    case = Case(on(10, 10), terms("24bh", on_calendar="ALWAYS-SH"))
    case.changed(on(10, 20), terms("24bh"))
    assert case.last().due_at == on(12, 14)


def test_18_a_warning_that_was_given_is_not_repeated_after_a_pause() -> None:
    case = Case(on(6, 10), terms("8bh"))
    desk = Desk(case)
    desk.hear()
    [warning] = desk.look(on(6, 16))
    assert isinstance(warning, PromiseAtRisk)
    case.asked(on(6, 17, 50))
    [stopped] = desk.hear()
    assert (stopped.promise.running, stopped.promise.due_at) == (False, on(6, 18))
    assert desk.look(on(6, 18, 30)) == desk.look(on(9, 9, 15)) == []
    case.resumed(on(9, 9, 30))
    [moved] = desk.hear()
    assert (moved.promise.running, moved.promise.due_at, moved.promise.version) == (True, on(9, 9, 40), 4)
    assert desk.look(on(9, 9, 39)) == []
    assert [type(one) for one in desk.look(on(9, 9, 41))] == [PromiseBreached]


def test_19a_the_time_during_which_it_seemed_to_work_is_a_pause() -> None:
    case = Case(on(10, 9), terms("8bh"))
    case.resolved(on(10, 13))
    case.reopened(on(12, 10))
    first, second = case.all(RESOLUTION)
    assert (first.state, first.due_at, first.kept_at) == (PromiseState.KEPT, on(10, 17), on(10, 13))
    assert (second.state, second.due_at) == (PromiseState.OPEN, on(12, 14))


def test_20_the_next_word_is_owed_from_when_the_customer_has_answered() -> None:
    case = Case(on(11, 10), terms(first_response="2bh", every="2bh"))
    case.said(on(11, 11, 50), MessageKind.QUESTION)
    case.paused([(on(11, 11, 50), on(11, 12, 5))])
    answer = case.last(FIRST)
    assert (answer.due_at, answer.state) == (on(11, 12), PromiseState.KEPT)
    assert explain(case.facts, answer, on(11, 13)).counted == minutes(110)
    assert case.last(NEXT).due_at == on(11, 14, 5)


@pytest.mark.parametrize(
    ("said", "waits", "pauses", "due"),
    [
        pytest.param(on(12, 16), (), (NEXT,), on(13, 11), id="21a over the night"),
        pytest.param(on(13, 10, 15), (), (NEXT,), on(13, 14, 15), id="21b from the last word on"),
        pytest.param(
            on(13, 10, 15), [(on(13, 11), on(13, 13))], (NEXT,), on(13, 16, 15), id="21c with the pause"
        ),
        pytest.param(
            on(13, 10, 15),
            [(on(13, 11), on(13, 13))],
            (),
            on(13, 14, 15),
            id="21d where the charter has none",
        ),
    ],
)
def test_21_silence_is_counted_from_the_last_word(
    said: datetime, waits: list[tuple[datetime, datetime]], pauses: tuple[PromiseKind, ...], due: datetime
) -> None:
    case = Case(on(12, 15), terms(every="4bh").model_copy(update={"pauses": pauses}))
    case.said(said)
    case.paused(waits)
    assert case.last(NEXT).due_at == due


def test_22_after_a_miss_the_next_word_is_promised_on_the_calendar() -> None:
    case = Case(on(6, 17, 30), terms(first_response="8bh", every="30bm"))
    case.looked(on(9, 16, 31))
    assert case.last(NEXT).due_at == on(9, 17)


def test_22e_warnings_move_with_pauses() -> None:
    case = Case(on(6, 17, 30), terms("8bh"))
    case.paused([(on(9, 10), on(9, 11))])
    assert case.last().warn_at == on(9, 15, 30)


def test_23_a_warning_may_lie_before_the_weekend_that_its_date_lies_behind() -> None:
    promise = Case(on(6, 17, 5), terms("1bh")).last()
    assert (promise.warn_at, promise.due_at) == (on(6, 17, 50), on(9, 9, 5))


def test_25_an_automatic_acknowledgement_is_no_first_response() -> None:
    case = Case(on(9, 17, 40), terms(first_response="1bh"))
    case.said(on(10, 9, 30))
    promise = case.last(FIRST)
    assert (promise.due_at, promise.kept_at) == (on(10, 9, 40), on(10, 9, 30))
    assert explain(case.facts, promise, on(10, 12)).counted == minutes(50)
