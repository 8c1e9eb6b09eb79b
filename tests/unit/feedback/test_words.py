"""The words of the page, in three languages."""

from dataclasses import fields
from string import Formatter
from typing import get_args

import pytest

from candor_feedback.domain.words import WORDS, Language, Words, preferred, spoken

LANGUAGES: tuple[Language, ...] = get_args(Language)


def texts(words: Words) -> list[str]:
    """All that a page may say."""
    found: list[str] = []
    for field in fields(words):
        if field.name in ("locale", "moment"):
            continue
        value = getattr(words, field.name)
        found += [value] if isinstance(value, str) else value
    return found


def test_every_language_has_every_text() -> None:
    assert set(WORDS) == set(LANGUAGES)
    assert all(text.strip() for words in WORDS.values() for text in texts(words))


def test_every_text_differs_from_language_to_language() -> None:
    for versions in zip(*(texts(words) for words in WORDS.values()), strict=True):
        assert len(set(versions)) == len(LANGUAGES), versions


def test_every_score_has_words_of_its_own() -> None:
    for words in WORDS.values():
        assert len(set(words.scores)) == 5


def test_places_for_values_are_the_same_in_all_languages() -> None:
    def places(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}

    english = [places(text) for text in texts(WORDS["en"])]
    assert {"reference"} in english
    assert {"time"} in english
    for words in WORDS.values():
        assert [places(text) for text in texts(words)] == english
        assert places(words.moment) == {"time", "zone"}


def test_chinese_is_written_for_its_readers() -> None:
    """Characters of one writing that the other has not; and customers are spoken to politely."""
    simplified, traditional = "".join(texts(WORDS["zh-Hans"])), "".join(texts(WORDS["zh-Hant"]))
    assert not set("這務麼們觀從擇請單關於總體評價") & set(simplified)
    assert not set("这务么们从择请单关于总体评价") - set("于") & set(traditional)
    assert "您" in simplified
    assert "您" in traditional
    assert "你" not in simplified + traditional


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh-Hans", "zh-Hans"),
        ("zh_TW", "zh-Hant"),
        ("ZH-hant-HK", "zh-Hant"),
        ("de", "en"),
        ("", "en"),
    ],
)
def test_a_language_that_is_not_ours_becomes_one_that_is(tag: str, language: str) -> None:
    assert spoken(tag) == language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-Hant"),
        ("de-DE, zh-CN;q=0.7, en;q=0.3", "zh-Hans"),
        ("en-US,en;q=0.5", "en"),
        ("fr, de", "en"),
        ("*", "en"),
        ("", "en"),
    ],
)
def test_a_browser_gets_the_first_language_that_we_speak(header: str, language: str) -> None:
    assert preferred(header) == language
