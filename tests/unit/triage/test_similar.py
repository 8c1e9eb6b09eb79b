"""Past incidents that look like one."""

from candor_triage.domain.similar import Past, features, likeness, similar

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


def test_likeness_is_a_share() -> None:
    assert likeness(frozenset("ab"), frozenset("ab")) == 1
    assert likeness(frozenset("ab"), frozenset("bc")) == 1 / 3
    assert likeness(frozenset(), frozenset()) == 0
