"""Bytes to text, by labels that lie."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_intake.sources.charsets import decode


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        ("这是很坏的Minus – Blabla", "gb18030", "gb2312"),
        ("这是很坏的Minus – Blabla", "gbk", "GB_2312-80"),
        ("打印机坏了", "gbk", "x-gbk"),
        ("裏碁銹", "big5hkscs", "big5"),
        ("印表機壞了", "big5", "x-x-big5"),
        ("똠방각하", "cp949", "ks_c_5601-1987"),
        ("①プリンタ", "cp932", "shift_jis"),
        ("“quoted” – text", "cp1252", "iso-8859-1"),
        ("שלום", "iso8859_8", "iso-8859-8-i"),
        ("打印机坏了", "utf-8", "utf-8*zh"),
    ],
)
def test_a_label_means_what_senders_mean_by_it(text: str, codec: str, label: str) -> None:
    assert decode(text.encode(codec), label) == text


@pytest.mark.parametrize(
    "label", [None, "", "unknown-8bit", "iso-2022-cn", "us-ascii", "rot13", "\0", "x" * 999]
)
def test_a_label_that_says_nothing_is_replaced_by_a_look_at_the_bytes(label: str | None) -> None:
    assert decode("打印机坏了，请帮忙".encode(), label) == "打印机坏了，请帮忙"
    assert (
        decode("您好，打印机无法连接，请尽快处理".encode("gbk"), label) == "您好，打印机无法连接，请尽快处理"
    )
    assert decode("印表機壞了，請協助處理".encode("big5"), label) == "印表機壞了，請協助處理"


@pytest.mark.parametrize("label", ["idna", "punycode", "unicode_escape", "raw-unicode-escape", "undefined"])
def test_a_codec_that_is_no_charset_is_never_used(label: str) -> None:
    assert decode("a\\q – b".encode() * 50_000, label) == "a\\q – b" * 50_000


def test_one_broken_byte_does_not_turn_the_rest_into_another_script() -> None:
    assert (
        decode("打印机坏了，请帮忙处理一下".encode() + b"\xff", "utf-8") == "打印机坏了，请帮忙处理一下\ufffd"
    )


def test_the_sample_of_a_long_text_ends_at_a_whole_character() -> None:
    text = "您好，打印机无法连接。\n" * 2_000
    assert decode(text.encode("gbk")) == text


@given(st.binary(max_size=300), st.none() | st.text(max_size=20))
def test_every_bytes_are_some_text(octets: bytes, label: str | None) -> None:
    assert isinstance(decode(octets, label), str)
