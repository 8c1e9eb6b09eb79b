"""How soon what customers write later is answered, and which level's turn comes when after a miss."""

from pathlib import Path

import pytest

from candor_common.charter import check, load_charter
from candor_common.events import Level, Priority, PromiseKind
from tests.worlds.charters import shipped, write

REPLY = PromiseKind.NEXT_REPLY


def test_the_shipped_charter_answers_the_urgent_within_the_hour_and_the_rest_within_a_day() -> None:
    found = [load_charter().goal(REPLY, Priority(name), Level.L1) for name in ("P1", "P2", "P3", "P4")]
    assert [str(goal.target) for goal in found if goal] == ["1h", "4h", "24h", "24h"]


def test_it_is_never_shorter_than_the_cadence_so_that_one_silence_is_not_two_misses() -> None:
    charter = load_charter()
    for priority in (Priority.P1, Priority.P2, Priority.P3, Priority.P4):
        reply = charter.target(REPLY, priority, Level.L1)
        assert reply is not None
        assert reply >= charter.update_every(priority)


def test_where_it_is_left_out_it_is_not_promised(tmp_path: Path) -> None:
    content = {key: value for key, value in shipped().items() if key != "reply_within"}
    assert load_charter(write(content, tmp_path / "charter.yaml")).goal(REPLY, Priority.P1, Level.L1) is None


def test_working_time_needs_a_calendar_here_too(tmp_path: Path) -> None:
    within = {"P1": "1bh", "P2": "1h", "P3": "1h", "P4": "1h"}
    content = shipped() | {"reply_within": within, "calendar": None}
    [problem] = check(write(content, tmp_path / "charter.yaml"))
    assert problem.wrong == "`1bh` is working time, and no calendar says when that is"


def test_levels_have_turns_where_they_are_named(tmp_path: Path) -> None:
    assert load_charter().content.escalate_after.L2 is None
    content = shipped() | {"escalate_after": {"L2": "30bm"}}
    after = load_charter(write(content, tmp_path / "charter.yaml")).content.escalate_after
    assert (str(after.L2), after.L3) == ("30bm", None)


@pytest.mark.parametrize(
    ("given", "wrong"), [({"L1": "1h"}, "unknown key"), ({"L2": "soon"}, "`soon` is not a duration")]
)
def test_what_can_be_no_turn_is_said(tmp_path: Path, given: dict[str, str], wrong: str) -> None:
    [problem] = check(write(shipped() | {"escalate_after": given}, tmp_path / "charter.yaml"))
    assert problem.wrong == wrong
