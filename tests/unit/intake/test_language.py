"""The language to answer in."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_intake.domain.language import Language, guess, preferred, supported


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("打印机坏了", "zh-Hans"),
        ("印表機壞了", "zh-Hant"),
        ("VPN 连不上", "zh-Hans"),
        ("無法登入系統，請協助", "zh-Hant"),
        ("printer is broken", "en"),
        ("INC-001024", "en"),
        ("", "en"),
        ("The printer on floor three is broken.\n张三", "en"),
        ("プリンタが壊れました", "en"),
        ("프린터 고장", "en"),
        ("打印机坏了 " + "error 0x80 at line ten " * 20 + "请尽快帮我们处理一下好吗", "zh-Hans"),
    ],
)
def test_the_script_tells_the_language(text: str, language: str) -> None:
    assert guess(text) == language


def test_what_was_declared_decides_where_the_script_does_not() -> None:
    assert guess("你好", "zh-TW") == "zh-Hant"
    assert guess("你好", "de") == "zh-Hans"
    assert guess("VPN error 809", "zh-CN") == "zh-Hans"
    assert guess("打印机坏了", "en-US, zh-CN") == "zh-Hans"
    assert guess("The quick brown fox jumps over the lazy dog every day", "zh-CN") == "en"


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("zh", "zh-Hans"),
        ("zh_CN", "zh-Hans"),
        ("zh-Hant-HK", "zh-Hant"),
        ("ZH-TW", "zh-Hant"),
        ("en-GB, zh", "en"),
        ("de", None),
        ("", None),
        (None, None),
    ],
)
def test_a_tag_stands_for_one_of_our_languages_or_none(tag: str | None, language: str | None) -> None:
    assert supported(tag) == language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("fr, de", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("en;q=0.3, zh-TW;q=0.8", "zh-Hant"),
        ("zh-HK;q=0, en;q=0.1", "en"),
        ("en-GB ; q = 0.5 ,zh_Hant;q=1", "zh-Hant"),
        (", ;q=x, zh", "zh-Hans"),
    ],
)
def test_a_browser_says_which_language_its_reader_likes_best(header: str, language: str) -> None:
    assert preferred(header) == language


@given(st.text(max_size=60))
def test_any_header_of_a_browser_gives_a_language(header: str) -> None:
    assert preferred(header) in get_args(Language)
