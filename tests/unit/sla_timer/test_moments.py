from datetime import datetime, timedelta

import pytest

from candor_common.events import Promise, PromiseState
from candor_sla_timer.domain.moments import is_at_risk, is_missed, next_moment
from candor_sla_timer.domain.promises import derive
from tests.unit.sla_timer.telling import Telling, at

INSTANT = timedelta(microseconds=1)
WARN, DUE = at(45), at(60)


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
    assert (is_at_risk(promise, now), is_missed(promise, now)) == (at_risk, missed)


def test_the_next_moment_is_the_warning_and_then_the_first_instant_after_the_due_time(
    promise: Promise,
) -> None:
    warned = promise.model_copy(update={"warned_at": WARN})
    assert next_moment(promise, at(0)) == WARN
    assert next_moment(warned, at(0)) == DUE + INSTANT
    assert next_moment(promise, DUE) == DUE + INSTANT


def test_a_promise_without_time_to_warn_is_only_looked_at_when_it_is_missed(promise: Promise) -> None:
    assert next_moment(promise.model_copy(update={"warn_at": DUE}), at(0)) == DUE + INSTANT


@pytest.mark.parametrize("state", [PromiseState.KEPT, PromiseState.BREACHED, PromiseState.WITHDRAWN])
def test_what_is_over_needs_no_clock(promise: Promise, state: PromiseState) -> None:
    over = promise.model_copy(update={"state": state})
    assert next_moment(over, at(0)) is None
    assert not is_missed(over, at(1000))
    assert not is_at_risk(over, at(50))
