"""A message for a telephone: what it comes to, the next word and the reference, in few segments.

A text that GSM's alphabet can write takes 160 characters in one segment and 153 in each of several; any other one, as
every Chinese one, 70 and 67 (3GPP TS 23.038 and 23.040).
"""

from candor_notifier.domain.plain import one_line

MOST_SEGMENTS = 3
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE = frozenset("\f^{}\\[~]|€")
"""These take two places."""
_SPELT = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "…": "...",
        "\u00a0": " ",
        "\u202f": " ",
        "`": "'",
    }
)
"""Marks that alone would make an English text cost twice as much."""


def short(gist: str, next_by: str, reference: str, most: int = MOST_SEGMENTS) -> str:
    """The text, in at most so many segments. Only the gist is cut: the date and the reference are what counts."""
    said = one_line(gist, most * 160)
    tail = f" {one_line(next_by, 200)} [{reference}]"
    whole = said + tail
    if _is_gsm(spelt := whole.translate(_SPELT)):
        whole, said, tail = spelt, said.translate(_SPELT), tail.translate(_SPELT)
    mark = "..." if _is_gsm(whole) else "…"
    while segments(whole) > most and said:
        said = said[:-1].rstrip()
        whole = said + mark + tail
    return whole.strip()


def segments(text: str) -> int:
    """How many segments a text takes."""
    if _is_gsm(text):
        length, alone, joined = len(text) + sum(one in _GSM_DOUBLE for one in text), 160, 153
    else:
        length, alone, joined = len(text.encode("utf-16-le", "replace")) // 2, 70, 67
    return 1 if length <= alone else -(-length // joined)


def _is_gsm(text: str) -> bool:
    return all(one in _GSM or one in _GSM_DOUBLE for one in text)
