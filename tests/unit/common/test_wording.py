"""All tables of texts that customers read: no text is missing in a language, and each reader gets their own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_common.charter import QUESTIONS, MessageTexts, SurveyQuestions, SurveyTexts
from candor_common.charter.sentences import places
from candor_common.languages import LANGUAGES, nearest, preferred
from candor_common.wording import Wording
from candor_feedback.domain.words import WORDS as SURVEY_PAGE
from candor_intake.domain.page_words import PAGE_WORDS
from candor_intake.sources.call_words import CALL_WORDS
from candor_intake.sources.form_words import FORM_WORDS
from candor_notifier.domain.words import WORDS as MESSAGES

TABLES: dict[str, Wording[Any]] = {
    "messages": MESSAGES,
    "survey": SURVEY_PAGE,
    "questions": QUESTIONS,
    "form": PAGE_WORDS,
    "faults of a form": FORM_WORDS,
    "calls": CALL_WORDS,
}
CHANGEABLE = (
    (MessageTexts, MESSAGES),
    (SurveyTexts, SURVEY_PAGE),
    (SurveyQuestions, QUESTIONS),
)
PATTERNS = {"locale", "moment", "owned", "nobody_yet"}
"""Names and brackets, which may be the same in two languages."""
SIMPLIFIED_ONLY = set("们单务对应复响应进处间见电邮请联络数据网变办系统订这么观从择关总体评价误补")
TRADITIONAL_ONLY = set("們單務對應複響應進處間見電郵請聯絡數據網變辦系統訂這麼觀從擇關總體評價誤補")
tables = pytest.mark.parametrize("table", TABLES)


def texts(words: Any) -> dict[str, str]:
    """Every text of a language; those of a list by their places."""
    return dict(_texts(words))


def _texts(words: Any) -> Iterator[tuple[str, str]]:
    for field in fields(words):
        value = getattr(words, field.name)
        parts = {"": value} if isinstance(value, str) else dict(enumerate(value, 1))
        yield from ((f"{field.name} {place}".strip(), text) for place, text in parts.items())


def named(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@tables
def test_no_text_is_missing_in_a_language(table: str) -> None:
    wording = TABLES[table]
    assert tuple(wording) == LANGUAGES
    for language in LANGUAGES:
        found = texts(wording[language])
        assert found.keys() == texts(wording["en"]).keys()
        assert [name for name, text in found.items() if not text.strip()] == []


@tables
def test_every_text_tells_the_same_facts_in_every_language(table: str) -> None:
    english = texts(TABLES[table]["en"])
    for words in TABLES[table].values():
        assert {name: named(text) for name, text in texts(words).items()} == {
            name: named(text) for name, text in english.items()
        }


@tables
def test_no_text_is_told_in_the_words_of_another_language(table: str) -> None:
    english = texts(TABLES[table]["en"])
    for language in ("zh-Hans", "zh-Hant"):
        chinese = texts(TABLES[table].of(language))
        assert [one for one in english if one not in PATTERNS and chinese[one] == english[one]] == []


@tables
def test_each_chinese_is_written_in_its_own_characters_and_politely(table: str) -> None:
    simplified, traditional = ("".join(texts(TABLES[table].of(one)).values()) for one in ("zh-CN", "zh-TW"))
    assert not set(simplified) & (TRADITIONAL_ONLY - SIMPLIFIED_ONLY)
    assert not set(traditional) & (SIMPLIFIED_ONLY - TRADITIONAL_ONLY)
    assert not set("你妳") & set(simplified + traditional)


@pytest.mark.parametrize(("shape", "wording"), CHANGEABLE)
def test_the_places_that_a_charter_may_use_are_the_ones_that_are_filled_in(
    shape: type, wording: Wording[Any]
) -> None:
    """The shipped sentences use every place, so that the check of a charter and the code agree."""
    english = texts(wording["en"])
    assert {name: named(english[name]) for name in places(shape)} == {
        name: set(known) for name, known in places(shape).items()
    }


@dataclass(frozen=True, slots=True)
class Greeting:
    hello: str


def test_a_table_without_a_language_or_a_text_cannot_be_built() -> None:
    incomplete: Mapping[str, Greeting] = {"en": Greeting("Hello"), "zh_hans": Greeting("您好")}
    with pytest.raises(TypeError, match="zh_hant"):
        Wording(**incomplete)
    with pytest.raises(TypeError, match="hello"):
        Greeting()  # type: ignore[call-arg]


def test_a_text_may_be_exchanged_in_all_languages() -> None:
    table = Wording(Greeting("Hello"), Greeting("您好"), Greeting("您好"))
    assert table.changed(lambda language: {"hello": language}).of("zh_TW").hello == "zh-Hant"
    assert table.of("zh_TW").hello == "您好"


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en-GB", "en"),
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh_TW", "zh-Hant"),
        ("ZH-hant-HK", "zh-Hant"),
        ("de-AT", "en"),
        ("", "en"),
    ],
)
def test_a_language_that_is_not_ours_becomes_one_that_is(tag: str, language: str) -> None:
    assert nearest(tag) == language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-Hant"),
        ("de-DE, zh-CN;q=0.7, en;q=0.3", "zh-Hans"),
        ("en;q=0.3, zh-HK;q=0.8", "zh-Hant"),
        ("zh;q=0, en;q=0.1", "en"),
        ("fr, de", "en"),
        ("*", "en"),
        ("", "en"),
    ],
)
def test_a_browser_gets_the_language_of_ours_that_it_likes_best(header: str, language: str) -> None:
    assert preferred(header) == language


@given(st.text(max_size=60))
def test_any_header_of_a_browser_gives_a_language(header: str) -> None:
    assert preferred(header) in LANGUAGES
