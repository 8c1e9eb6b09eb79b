"""Tests that share servers go to one worker: by places that are there, and by a method that the scheduler still asks."""

from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.plugins.same_worker import ALONE, SHARING, WHOLE, scope

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("place", [*ALONE, *SHARING, *WHOLE])
def test_a_place_that_is_named_has_tests(place: str) -> None:
    assert (ROOT / place).is_file() or list((ROOT / place).glob("test_*.py"))


def test_those_who_share_have_one_scope_and_all_others_their_own() -> None:
    assert scope("tests/clients/test_a.py::test_b") == scope("tests/clients/test_c.py::test_d[1]")
    assert scope("tests/faults/test_ledger.py::test_a") == scope("tests/distributed/test_stories.py::test_b")
    assert scope("tests/unit/common/test_a.py::test_b") == "tests/unit/common/test_a.py::test_b"


def test_the_scheduler_asks_for_the_scope_where_we_answer() -> None:
    # A method of its own that may be renamed; then every worker would start servers again without a word.
    assert LoadScopeScheduling._split_scope(None, "tests/a.py::test_b") == "tests/a.py"
