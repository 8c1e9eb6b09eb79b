"""Whether a signal that says what was said before is a repeat, or a trouble that came back."""

import pytest

from candor_common.events import SignalStatus
from candor_intake.domain.inbound import Signal
from candor_intake.domain.turns import key_in_turn, side_of


def a_signal(
    status: SignalStatus = SignalStatus.FIRING, *, key: str = "k", told_alike: bool = True
) -> Signal:
    return Signal("disk", status, "", "Disk full", "", {}, key, None, told_alike)


FIRES, ENDS = a_signal(), a_signal(SignalStatus.RESOLVED)


def test_what_fires_is_a_repeat_until_it_ended() -> None:
    assert key_in_turn(FIRES, {}) == "k"
    assert key_in_turn(FIRES, {side_of(FIRES): "INC-000001"}) == "k"
    assert key_in_turn(FIRES, {side_of(ENDS): "INC-000002"}) == "k/INC-000002"


def test_an_end_is_a_repeat_until_it_fires_again() -> None:
    assert key_in_turn(ENDS, {side_of(ENDS): "INC-000002"}) == "k"
    assert key_in_turn(ENDS, {side_of(FIRES): "INC-000003"}) == "k/INC-000003"


@pytest.mark.parametrize("own", [a_signal(told_alike=False), a_signal(key="")])
def test_what_is_told_apart_or_has_no_key_needs_no_turn(own: Signal) -> None:
    assert key_in_turn(own, {side_of(ENDS): "INC-000002"}) == own.dedup_key


def test_a_status_that_nobody_knows_is_no_end() -> None:
    assert side_of(a_signal(SignalStatus.UNKNOWN)) == side_of(FIRES) != side_of(ENDS)
