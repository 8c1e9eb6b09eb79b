"""What comes in with the form or a link."""

from datetime import timedelta

import pytest

from candor_feedback.domain.survey import Answer, answered, planned
from candor_feedback.forms import Filled, linked
from tests.plugins.facts import LI, NINE, an_incident

SURVEY = planned(an_incident(resolved_at=NINE), LI, NINE, timedelta(days=28))
ANSWER = Answer(4, 3, 2, 1, solved=False, comment="Hm.")


def test_all_that_is_filled_in_is_the_answer() -> None:
    filled = Filled(overall="4", speed="3", solution="2", manner="1", solved="no", comment="Hm.")
    assert filled.answer == ANSWER
    assert Filled(solved="yes").answer == Answer(solved=True)
    assert Filled().answer == Answer()


@pytest.mark.parametrize("nonsense", ["0", "6", "-1", "4.5", "٤", "４", "x", " 4", "4\n", "True"])
def test_what_is_no_score_counts_as_none(nonsense: str) -> None:
    filled = Filled(overall=nonsense, speed=nonsense, solved=nonsense)
    assert filled.answer == Answer()
    assert linked({"overall": nonsense, "score": nonsense, "solved": nonsense}, SURVEY) == Filled()


def test_what_was_answered_is_shown_again() -> None:
    assert Filled.of(answered(SURVEY, ANSWER, NINE)).answer == ANSWER
    assert Filled.of(SURVEY).answer == Answer()


def test_a_link_chooses_above_what_was_answered() -> None:
    before = answered(SURVEY, ANSWER, NINE)
    assert linked({"overall": "5"}, before).answer == Answer(5, 3, 2, 1, solved=False, comment="Hm.")
    assert linked({"speed": "5", "solved": "yes"}, before).answer == Answer(4, 5, 2, 1, True, "Hm.")


def test_links_in_mails_of_the_first_version_still_choose() -> None:
    assert linked({"score": "2"}, SURVEY).answer == Answer(2)
    assert linked({"score": "2", "overall": "3"}, SURVEY).answer == Answer(3)
