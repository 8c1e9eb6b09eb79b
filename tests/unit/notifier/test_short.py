"""What fits on a telephone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_notifier.domain.short import MOST_SEGMENTS, segments, short

REFERENCE = "INC-000042"
NEXT_BY = "We will write to you by Tue 24 Nov, 15:10 (China Standard Time)."


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 306, 2),
        ("x" * 307, 3),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("我" * 70, 1),
        ("我" * 71, 2),
        ("我" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_segments_are_counted_as_the_network_does(text: str, count: int) -> None:
    assert segments(text) == count


def test_it_says_what_when_and_under_which_reference() -> None:
    text = short("We replace the switch.", NEXT_BY, REFERENCE)
    assert text == f"We replace the switch. {NEXT_BY} [{REFERENCE}]"


def test_a_typographers_mark_does_not_double_the_price() -> None:
    text = short("We’re on it – “soon”\u202fenough…", NEXT_BY, REFERENCE)
    assert text.startswith('We\'re on it - "soon" enough... ')
    assert segments(text) == 1


@pytest.mark.parametrize(("gist", "mark"), [("switch " * 200, "..."), ("我们正在更换交换机。" * 50, "…")])
def test_only_the_gist_is_cut(gist: str, mark: str) -> None:
    text = short(gist, NEXT_BY, REFERENCE)
    assert segments(text) == MOST_SEGMENTS
    assert text.endswith(f"{mark} {NEXT_BY} [{REFERENCE}]")


@given(st.text(max_size=2000), st.text(max_size=120))
def test_whatever_is_said_it_costs_no_more_and_stays_on_one_line(gist: str, next_by: str) -> None:
    text = short(gist, next_by, REFERENCE)
    assert segments(text) <= MOST_SEGMENTS
    assert f"[{REFERENCE}]" in text
    assert "\n" not in text
    text.encode()
