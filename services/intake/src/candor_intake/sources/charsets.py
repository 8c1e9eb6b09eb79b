"""Bytes to text. Labels lie, and the standard library takes them at their word."""

import codecs
import re

from charset_normalizer import from_bytes

_BETTER: dict[str, tuple[str, ...]] = {
    "gb2312": ("gb18030",),
    "gb_2312-80": ("gb18030",),
    "gbk": ("gb18030",),
    "x-gbk": ("gb18030",),
    "euc-cn": ("gb18030",),
    "big5": ("big5hkscs", "cp950"),
    "x-x-big5": ("big5hkscs", "cp950"),
    "ks_c_5601-1987": ("cp949",),
    "euc-kr": ("cp949",),
    "shift_jis": ("cp932",),
    "iso-8859-1": ("cp1252",),
    "iso-8859-8-i": ("iso8859_8",),
}
_A_LABEL = re.compile(r"[A-Za-z0-9_.:+-]{1,40}")
# Codecs that Python knows and no mail may choose: two take quadratic time, two warn, one only raises.
_NOT_CHARSETS = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"})
_SUSPECTS = ["gb18030", "big5", "cp1252"]
_SAMPLE_BYTES = 20_000


def decode(octets: bytes, label: str | None = None) -> str:
    """The text, by the label where that fits, else by looking at the bytes. Never fails."""
    if octets.isascii() and label is None:
        return octets.decode("ascii")
    for errors in ("strict", "replace"):
        for codec in _codecs(label):
            text = _attempt(octets, codec, errors)
            if text is not None:
                return text
    return _detected(octets)


def _codecs(label: str | None) -> tuple[str, ...]:
    # RFC 2231 lets a language follow the charset, after an asterisk.
    bare = (label or "").partition("*")[0].strip(" \t\"'").lower()
    if bare in _BETTER:
        return _BETTER[bare]
    if not _A_LABEL.fullmatch(bare):
        return ()
    try:
        name = codecs.lookup(bare).name
    except LookupError:
        return ()
    return () if name in _NOT_CHARSETS else (name,)


def _attempt(octets: bytes, codec: str, errors: str) -> str | None:
    try:
        text = octets.decode(codec, errors)
    except (ValueError, LookupError):
        return None
    # A label is right, and the text only damaged, when most of what isn't ASCII makes sense.
    damage = text.count("\ufffd") if errors == "replace" else 0
    return text if damage * 10 <= sum(character > "\x7f" for character in text) else None


def _detected(octets: bytes) -> str:
    utf8 = _attempt(octets, "utf-8-sig", "strict") or _attempt(octets, "utf-8-sig", "replace")
    if utf8 is not None:
        return utf8
    # A sample that ends in the middle of a character would exclude the right answer.
    sample = octets[:_SAMPLE_BYTES]
    whole_lines = sample[: sample.rfind(b"\n") + 1] if len(octets) > _SAMPLE_BYTES else b""
    best = from_bytes(whole_lines or sample, cp_isolation=_SUSPECTS).best()
    return octets.decode(best.encoding if best else "utf-8", "replace")
