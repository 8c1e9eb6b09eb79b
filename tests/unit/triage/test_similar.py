"""Past incidents that look like one."""

import pytest

from candor_triage.domain.similar import Past, features, likeness, similar, weights_of

PAST = [
    Past("INC-1", "The shop is down", "memory"),
    Past("INC-2", "Question about the bill", ""),
    Past("INC-3", "Our shop answers with error 502", "disk"),
    Past("INC-4", "办公室网络很慢", ""),
]


def test_the_most_similar_comes_first_and_what_shares_nothing_does_not_come() -> None:
    assert [one.id for one in similar("Shop answers slowly with error 502", PAST)] == ["INC-3"]
    assert [one.id for one in similar("The shop is down again", PAST)] == ["INC-1"]


def test_chinese_is_compared_without_spaces() -> None:
    assert [one.id for one in similar("今天办公室的网络又很慢", PAST)] == ["INC-4"]


def test_words_that_say_nothing_do_not_make_titles_alike() -> None:
    assert features("Is the shop on it?") == {"shop"}
    assert similar("What is the matter with the", PAST) == []


def test_likeness_is_a_share_of_weight() -> None:
    even = dict.fromkeys("abc", 1.0)
    assert likeness(frozenset("ab"), frozenset("ab"), even) == 1
    assert likeness(frozenset("ab"), frozenset("bc"), even) == pytest.approx(1 / 3)
    assert likeness(frozenset("ab"), frozenset("bc"), even | {"b": 4.0}) == pytest.approx(2 / 3)
    assert likeness(frozenset(), frozenset(), {}) == 0


def test_a_rare_word_says_more_than_one_that_stands_everywhere() -> None:
    often = [Past(f"INC-{number}", f"Server {number} is down", "") for number in range(100, 160)]
    rare = Past("INC-7", "Thumbnails are down", "")
    found = similar("The thumbnails of a server vanish", [*often, rare])
    assert [one.id for one in found][:1] == ["INC-7"]
    weights = weights_of(features(one.title) for one in [*often, rare])
    assert weights["thumbnails"] > 4 * weights["down"]


def test_equally_similar_ones_come_in_a_fixed_order_and_few_are_shown() -> None:
    same = [Past(f"INC-{number}", "Shop is down", "") for number in (3, 1, 2, 9, 8, 7, 6)]
    assert [one.id for one in similar("Shop is down", same)] == ["INC-1", "INC-2", "INC-3", "INC-6", "INC-7"]
