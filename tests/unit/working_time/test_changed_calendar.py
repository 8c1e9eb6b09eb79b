"""What becomes of a promise whose calendar changes while it runs."""

from candor_common.working_time import (
    ALWAYS_OPEN,
    Target,
    changed,
)
from tests.unit.working_time.times import OFFICE, SHORT, at, weekly


def test_what_has_elapsed_before_a_change_is_kept() -> None:
    found = changed(ALWAYS_OPEN, OFFICE, at(10, 10), at(10, 20), Target.parse("24bh"))
    assert found == at(12, 14)


def test_a_change_behind_the_due_time_moves_nothing() -> None:
    target = Target.parse("2bh")
    for change in (at(6, 17), at(6, 18), at(20, 12)):
        assert changed(OFFICE, ALWAYS_OPEN, at(6, 15), change, target) == at(6, 17)


def test_what_is_due_at_closing_is_not_moved_by_a_change_at_night() -> None:
    assert changed(OFFICE, SHORT, at(6, 15), at(7, 12), Target.parse("3bh")) == at(6, 18)


def test_a_change_before_the_start_leaves_nothing_to_keep() -> None:
    target = Target.parse("2bh")
    for change in (at(5, 12), at(6, 17)):
        assert changed(ALWAYS_OPEN, OFFICE, at(6, 17), change, target) == at(9, 10)
    assert changed(OFFICE, SHORT, at(9, 9), at(9, 9), Target.parse("1bd")) == at(9, 17)


def test_a_pause_holds_before_and_after_a_change() -> None:
    pauses = [(at(10, 11), at(10, 12)), (at(11, 9), at(11, 10))]
    found = changed(ALWAYS_OPEN, OFFICE, at(10, 10), at(10, 20), Target.parse("10bh"), iter(pauses))
    assert found == at(11, 11)


def test_business_days_keep_the_length_of_the_calendar_on_which_they_were_promised() -> None:
    found = changed(OFFICE, SHORT, at(9, 9), at(9, 18), Target.parse("2bd"))
    assert found == at(11, 10)


def test_clock_time_is_not_moved_by_a_change_of_calendar() -> None:
    assert changed(OFFICE, SHORT, at(6, 17), at(7, 9), Target.parse("24h")) == at(7, 17)


def test_a_target_of_nothing_waits_for_the_opening_of_the_new_calendar() -> None:
    late = weekly("Asia/Shanghai", mon="10:00-12:00")
    assert changed(OFFICE, late, at(7, 9), at(7, 12), Target.parse("0bh")) == at(9, 10)
