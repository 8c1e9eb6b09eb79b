"""What answers lead to."""

from datetime import timedelta
from typing import Any

import pytest

from candor_common.events import FollowUp, PromiseKind
from candor_feedback.domain.follow_up import (
    AnswersAlready,
    Done,
    Ending,
    Terms,
    asked_for,
    complaint_of,
    done,
)
from candor_feedback.domain.survey import Answer, answered, planned
from tests.plugins.facts import LI, NINE, an_incident

DAY = timedelta(days=1)
TERMS = Terms(follow_up=DAY, improvement_reply=5 * DAY)
SURVEY = planned(an_incident(resolved_at=NINE), LI, NINE, 28 * DAY)


def led_to(**said: Any) -> list[FollowUp]:
    return list(asked_for(answered(SURVEY, Answer(**said), NINE), "ana", TERMS, NINE))


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"overall": 3}, None),
        ({"overall": 5, "speed": 3, "solution": 3, "manner": 3, "solved": True}, None),
        ({"overall": 2}, "overall 2 of 5"),
        ({"overall": 5, "speed": 1}, "response speed 1 of 5"),
        ({"overall": 4, "solution": 2, "manner": 1}, "resolution 2 of 5, professionalism 1 of 5"),
        ({"solved": False}, "not solved"),
        ({"overall": 1, "solved": False, "comment": "Down."}, "not solved, overall 1 of 5: Down."),
    ],
)
def test_a_low_score_or_what_is_not_solved_is_a_complaint(
    said: dict[str, Any], complaint: str | None
) -> None:
    assert complaint_of(answered(SURVEY, Answer(**said), NINE)) == complaint


def test_a_complaint_asks_for_a_call_within_a_day() -> None:
    [one] = led_to(overall=1)
    assert (one.kind, one.owner, one.version) == (PromiseKind.FOLLOW_UP, "ana", 1)
    assert (one.opened_at, one.due_at, one.incident_id) == (NINE, NINE + DAY, "INC-000001")


def test_a_suggestion_asks_for_an_answer_within_five_days() -> None:
    [one] = led_to(overall=5, comment="Write earlier.")
    assert (one.kind, one.about) == (PromiseKind.IMPROVEMENT_REPLY, "Write earlier.")
    assert one.due_at == NINE + 5 * DAY


def test_an_answer_asks_for_one_of_each_at_most_and_always_the_same() -> None:
    first, second = led_to(overall=1, comment="Write earlier."), led_to(solved=False, comment="Call.")
    assert [one.kind for one in first] == [PromiseKind.FOLLOW_UP, PromiseKind.IMPROVEMENT_REPLY]
    assert [one.id for one in first] == [one.id for one in second]
    assert led_to(overall=4) == []


def test_it_is_done_once() -> None:
    [one] = led_to(overall=1)
    ended = done(one, Ending("Called."), NINE + DAY)
    assert (ended.version, ended.done_at, ended.answer) == (2, NINE + DAY, "Called.")
    assert done(ended, Ending("Called."), NINE + 2 * DAY) is ended
    for other in (Ending("Wrote."), Ending("Called.", "We are sorry.")):
        with pytest.raises(Done, match="2026-03-03 09:00 UTC"):
            done(ended, other, NINE + 2 * DAY)


def test_words_for_the_customer_stand_apart_from_those_for_the_team() -> None:
    [one] = led_to(overall=1)
    ended = done(one, Ending("Called.", "We are sorry."), NINE + DAY)
    assert (ended.answer, ended.reply) == ("Called.", "We are sorry.")


def test_the_answer_to_a_suggestion_is_the_reply() -> None:
    [one] = led_to(overall=5, comment="Write earlier.")
    with pytest.raises(AnswersAlready, match="Leave `reply` out"):
        done(one, Ending("We do.", "We do."), NINE + DAY)
