"""The language to answer in."""

import pytest

from candor_intake.domain.language import guess, supported


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
