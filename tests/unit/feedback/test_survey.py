"""The life of a survey."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_common.events import Survey
from candor_feedback.domain.survey import (
    LONGEST_COMMENT,
    Answer,
    AnswerRefused,
    answered,
    comment_of,
    invited,
    is_over,
    planned,
    survey_id,
)
from tests.plugins.facts import LI, NINE, an_incident

DAY, LIFE = timedelta(days=1), timedelta(days=28)
SOLVED = an_incident(version=2, resolved_at=NINE, language="zh-Hant")


def a_survey() -> Survey:
    return planned(SOLVED, LI, NINE + DAY, LIFE)


def test_a_survey_goes_to_the_requester_in_the_language_of_the_incident() -> None:
    assert a_survey() == Survey(
        id=survey_id(SOLVED),
        incident_id="INC-000001",
        recipient=LI,
        language="zh-Hant",
        invited_at=NINE + DAY,
        expires_at=NINE + DAY + LIFE,
    )


def test_each_resolution_has_one_survey() -> None:
    later = an_incident(version=9, resolved_at=NINE + DAY)
    other = an_incident("INC-000002", version=2, resolved_at=NINE)
    assert survey_id(SOLVED) == survey_id(an_incident(version=3, resolved_at=NINE))
    assert len({survey_id(one) for one in (SOLVED, later, other)}) == 3
    assert str(UUID(survey_id(SOLVED))) == survey_id(SOLVED)


def test_the_time_to_answer_counts_from_the_invitation() -> None:
    late = invited(a_survey(), NINE + 5 * DAY)
    assert (late.invited_at, late.expires_at) == (NINE + 5 * DAY, NINE + 5 * DAY + LIFE)


def test_an_answer_is_taken_until_the_survey_is_over() -> None:
    survey = a_survey()
    last = survey.expires_at
    given_ = answered(survey, Answer(4, comment=" Fine. "), last)
    assert (given_.answered_at, given_.overall, given_.comment) == (last, 4, "Fine.")
    assert not is_over(survey, last)
    assert is_over(survey, last + timedelta(microseconds=1))
    with pytest.raises(AnswerRefused):
        answered(survey, Answer(4), last + timedelta(microseconds=1))


def test_a_second_answer_replaces_the_first_and_the_same_one_changes_nothing() -> None:
    first = answered(a_survey(), Answer(4, comment="Fine."), NINE + DAY)
    assert answered(first, Answer(4, comment="Fine.\r\n"), NINE + 2 * DAY) is first
    second = answered(first, Answer(2), NINE + 2 * DAY)
    assert (second.answered_at, second.overall, second.comment) == (NINE + 2 * DAY, 2, None)


@pytest.mark.parametrize(
    "other",
    [
        Answer(4, speed=2),
        Answer(4, solution=2),
        Answer(4, manner=2),
        Answer(4, solved=True),
        Answer(4, solved=False),
        Answer(solved=False),
    ],
)
def test_every_part_of_an_answer_can_be_changed(other: Answer) -> None:
    changed = answered(answered(a_survey(), Answer(4), NINE + DAY), other, NINE + 2 * DAY)
    parts = (other.overall, other.speed, other.solution, other.manner, other.solved)
    assert (changed.overall, changed.speed, changed.solution, changed.manner, changed.solved) == parts
    assert changed.answered_at == NINE + 2 * DAY


def test_one_click_says_enough() -> None:
    assert Answer(1).says_enough
    assert Answer(solved=False).says_enough
    assert not Answer(speed=1, solved=True, comment="Hm.").says_enough


@given(
    st.text(st.characters(), max_size=50) | st.text(st.sampled_from("ab \r\n\x00\ud800\u2028"), max_size=12)
)
def test_any_comment_can_be_kept_as_it_is_read(written: str) -> None:
    comment = comment_of(written)
    survey = answered(a_survey(), Answer(3, comment=written), NINE + DAY)
    assert Survey.model_validate_json(survey.model_dump_json()) == survey
    assert comment is None or comment == comment.strip() != ""
    assert comment_of(comment or "") == comment


def test_a_comment_has_a_limit() -> None:
    assert comment_of("x" * 6_000) == "x" * LONGEST_COMMENT
    # A browser counts a line end as one character and sends two.
    assert comment_of("ab\r\n" * 2_000) == ("ab\n" * 2_000)[:LONGEST_COMMENT].strip()
