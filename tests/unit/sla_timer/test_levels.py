"""Warnings before a promise is due, and the turns of higher levels after it was missed: sla.md, case 22."""

from datetime import datetime

from candor_common.events import (
    Level,
    Priority,
    PromiseAtRisk,
    PromiseBreached,
    PromiseEscalated,
    PromiseKind,
)
from candor_common.working_time import Target
from candor_sla_timer.domain.agenda import counted
from candor_sla_timer.domain.explanation import explain
from candor_sla_timer.domain.terms import Terms
from tests.unit.sla_timer.cases import Case, on, terms
from tests.unit.sla_timer.desk import Desk

FIRST, FOLLOW_UP = PromiseKind.FIRST_RESPONSE, PromiseKind.FOLLOW_UP
TURNS = ((Level.L2, Target.parse("30bm")), (Level.L3, Target.parse("2bh")))


def watched(target: str = "8bh", *, turns: tuple[tuple[Level, Target], ...] = TURNS) -> Terms:
    changed = {"warnings": (0.5, 0.75), "turns": turns}
    return terms(target, first_response=target).model_copy(update=changed)


def turns(case: Case, kind: PromiseKind = PromiseKind.RESOLUTION) -> list[tuple[Level, datetime]]:
    return [(one.level, one.at) for one in counted(case.facts).of(case.last(kind).id).turns]


def test_22_warnings_the_breach_and_the_levels_are_told_each_at_its_time_and_once() -> None:
    desk = Desk(Case(on(6, 17, 30), watched()))
    desk.hear()
    for hour in range(9, 18):
        for minute in (0, 30, 31):
            desk.look(on(9, hour, minute))
    assert desk.look(on(10, 9, 29)) == []
    assert len(desk.look(on(10, 9, 30))) == 1
    assert desk.look(on(10, 18)) == []
    _, half, risk, breach, second, third = desk.said
    assert isinstance(half, PromiseAtRisk)
    assert isinstance(risk, PromiseAtRisk)
    assert isinstance(breach, PromiseBreached)
    assert isinstance(second, PromiseEscalated)
    assert isinstance(third, PromiseEscalated)
    assert [(one.share, one.at, one.fired_at) for one in (half, risk)] == [
        (0.5, on(9, 12, 30), on(9, 12, 30)),
        (0.75, on(9, 14, 30), on(9, 14, 30)),
    ]
    assert (breach.promise.due_at, breach.cause) == (on(9, 16, 30), None)
    assert [(one.level, one.at, one.fired_at) for one in (second, third)] == [
        (Level.L2, on(9, 17), on(9, 17)),
        (Level.L3, on(10, 9, 30), on(10, 9, 30)),
    ]
    assert [one.promise.version for one in desk.said] == [1, 2, 3, 4, 5, 6]


def test_22_after_an_outage_each_level_is_told_with_both_times() -> None:
    desk = Desk(Case(on(6, 17, 30), watched()))
    desk.hear()
    breach, *escalated = desk.look(on(12, 12))
    assert isinstance(breach, PromiseBreached)
    told = [(one.level, one.at, one.fired_at) for one in escalated if isinstance(one, PromiseEscalated)]
    assert told == [(Level.L2, on(9, 17), on(12, 12)), (Level.L3, on(10, 9, 30), on(12, 12))]


def test_22e_turns_move_with_pauses_also_after_the_miss() -> None:
    case = Case(on(6, 17, 30), watched())
    case.paused([(on(9, 10), on(9, 11))])
    case.looked(on(9, 17, 31))
    assert turns(case) == [(Level.L2, on(9, 18)), (Level.L3, on(10, 10, 30))]
    case.asked(on(9, 17, 45))
    assert turns(case) == []
    case.resumed(on(10, 10))
    assert turns(case) == [(Level.L2, on(10, 10, 15)), (Level.L3, on(10, 11, 45))]


def test_clock_time_runs_on_the_clock_whatever_the_promise_counts_on() -> None:
    case = Case(on(6, 17, 30), watched(turns=((Level.L2, Target.parse("4h")),)))
    case.looked(on(9, 16, 31))
    assert turns(case) == [(Level.L2, on(9, 20, 30))]


def test_what_was_done_too_late_is_nobodys_turn() -> None:
    case = Case(on(6, 17, 30), watched())
    case.looked(on(9, 16, 31))
    case.resolved(on(9, 16, 45))
    assert turns(case) == []


def test_nor_is_what_follows_a_miss_by_itself() -> None:
    case = Case(on(6, 17, 30), watched().model_copy(update={"update_every": Target.parse("10bm")}))
    case.looked(on(9, 16, 31))
    case.looked(on(9, 16, 41))
    assert turns(case, FIRST) == [(Level.L2, on(9, 17)), (Level.L3, on(10, 9, 30))]
    assert turns(case, PromiseKind.NEXT_UPDATE) == []


def test_a_change_of_terms_after_the_miss_leaves_its_turns() -> None:
    case = Case(on(6, 17, 30), watched())
    case.looked(on(9, 16, 31))
    case.changed(on(9, 16, 40), terms("4bh", priority=Priority.P1))
    assert turns(case) == [(Level.L2, on(9, 17)), (Level.L3, on(10, 9, 30))]


def test_the_explanation_names_points_and_turns() -> None:
    case = Case(on(6, 17, 30), watched())
    open_ = explain(case.facts, case.last(), on(6, 18))
    assert (open_.warnings, open_.turns) == ((on(9, 12, 30), on(9, 14, 30)), ())
    case.looked(on(9, 16, 31))
    missed = explain(case.facts, case.last(), on(9, 16, 31))
    assert (missed.warnings, [one.at for one in missed.turns]) == (open_.warnings, [on(9, 17), on(10, 9, 30)])
    assert missed.words[-1] == "As long as it isn't kept, it is L3's turn from Tue 10 Mar 2026 09:30 on."
