"""What answers add up to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_feedback.domain.summary import Group, Row, Tally, summary, wilson
from candor_feedback.domain.survey import QUESTIONS

NO_SCORES = dict.fromkeys(QUESTIONS, Tally())


def a_row(team: str | None, category: str | None, invitations: int, *scores: int) -> Row:
    """A row whose answers gave these overall scores and no others."""
    overall = Tally(len(scores), sum(score >= 4 for score in scores), sum(scores))
    return Row(team, category, invitations, len(scores), 0, NO_SCORES | {"overall": overall})


@pytest.mark.parametrize(
    ("satisfied", "count", "low", "high"),
    [(17, 20, 64, 95), (3, 3, 44, 100), (0, 3, 0, 56), (50, 100, 40, 60)],
)
def test_intervals_are_those_of_wilson(satisfied: int, count: int, low: int, high: int) -> None:
    ends = wilson(satisfied, count)
    assert ends is not None
    assert tuple(round(100 * end) for end in ends) == (low, high)


def test_without_answers_there_is_no_interval() -> None:
    assert wilson(0, 0) is None


@given(st.integers(1, 10_000), st.data())
def test_an_interval_holds_the_share_and_lies_between_none_and_all(count: int, data: st.DataObject) -> None:
    satisfied = data.draw(st.integers(0, count))
    ends = wilson(satisfied, count)
    assert ends is not None
    low, high = ends
    assert 0 <= low <= satisfied / count + 1e-12
    assert satisfied / count - 1e-12 <= high <= 1
    more = wilson(satisfied * 4, count * 4)
    assert more is not None
    assert more[1] - more[0] < high - low


def test_seventeen_of_twenty_are_told_with_their_interval() -> None:
    [group] = summary([a_row("desk", None, 50, *[5] * 10, *[4] * 7, 3, 2, 1)]).by_team
    item = group.questions["overall"]
    assert (group.invitations, group.answers, group.rate, group.small) == (50, 20, 0.4, False)
    assert (item.count, item.mean, item.satisfied) == (20, 4.2, 0.85)
    assert (item.satisfied_from, item.satisfied_to) == (0.64, 0.948)
    assert group.questions["speed"].count == 0
    assert group.questions["speed"].mean is None


def test_groups_under_twenty_answers_are_small() -> None:
    nineteen, twenty = a_row("a", None, 30, *[4] * 19), a_row("b", None, 30, *[4] * 20)
    assert [group.small for group in summary([nineteen, twenty]).by_team] == [True, False]


def test_rows_add_up_by_team_by_category_and_in_all() -> None:
    rows = [
        a_row("desk", "data", 4, 5, 1),
        a_row("desk", "outage", 2, 3),
        a_row("security", "data", 2, 4),
        a_row(None, None, 1),
    ]
    found = summary(rows)

    def told(groups: list[Group]) -> list[tuple[str | None, int, int, float | None, float | None]]:
        return [
            (one.name, one.invitations, one.answers, one.rate, one.questions["overall"].mean)
            for one in groups
        ]

    assert told([found.all]) == [("all", 9, 4, 0.444, 3.25)]
    assert told(found.by_team) == [
        ("desk", 6, 3, 0.5, 3.0),
        ("security", 2, 1, 0.5, 4.0),
        (None, 1, 0, 0.0, None),
    ]
    assert told(found.by_category) == [
        ("data", 6, 3, 0.5, 3.33),
        ("outage", 2, 1, 0.5, 3.0),
        (None, 1, 0, 0.0, None),
    ]


def test_a_period_without_surveys_has_no_rate() -> None:
    found = summary([])
    assert (found.all.invitations, found.all.rate, found.by_team) == (0, None, [])
