"""Words from outside, made fit to be stored and shown."""

import re

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_GAPS = re.compile("[\\s\x01-\x1f\x7f-\x9f\u2028\u2029]+")


def storable(text: str) -> str:
    """The text with a replacement character for what neither UTF-8 nor PostgreSQL can hold."""
    if text.isascii():
        return text.replace("\x00", "\ufffd")
    return _UNSTORABLE.sub("\ufffd", text)


def one_line(text: str) -> str:
    """The storable text on one line, so that it can't add a line to whatever header it ends up in."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return _GAPS.sub(" ", storable(text)).strip()


def clipped(text: str, longest: int) -> str:
    """The text, cut with an ellipsis when it is longer."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
