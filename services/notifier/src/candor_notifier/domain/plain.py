"""Words of strangers, made harmless for one line or for a paragraph. What they say stays as it is."""

import re

_INVISIBLE = "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
"""Marks that turn the reading direction around or can't be seen. Joiners stay: some writing needs them."""
_CONTROLS = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff{_INVISIBLE}]")
_BREAKS = re.compile("\r\n?|[\x85\u2028\u2029]")
LONGEST_LINE = 120


def one_line(text: str, longest: int = LONGEST_LINE) -> str:
    """The text on one line without control characters, cut with a mark when it is too long."""
    line = " ".join(_CONTROLS.sub("", " ".join(text[: longest * 20].split())).split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def paragraphs(text: str) -> str:
    """The text with its line breaks and without other control characters."""
    return _CONTROLS.sub("", _BREAKS.sub("\n", text)).strip()
