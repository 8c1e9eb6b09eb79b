"""Numbers of telephones, as people type them and as exchanges report them."""

import re
import unicodedata

from candor_intake.domain.words import one_line
from candor_intake.sources.plain import address, line

_LONGEST_TYPED = 60
_SEPARATORS = re.compile(r"[\s()./\-\u2010-\u2015]")
_NUMBER = re.compile(r"\+?[0-9*#]{3,20}(?:x[0-9]{1,6})?")
_EXTENSION = re.compile(r"(?:ext|转|轉|分机|分機|#|x)\.?:?(?=[0-9]{1,6}\Z)", re.IGNORECASE)
# Exchanges say it in words; where the line can carry digits only, in the digits that spell the words on a keypad:
# ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE and PRIVATE.
_WITHHELD = frozenset(
    [
        "anonymous",
        "restricted",
        "blocked",
        "unknown",
        "unavailable",
        "private",
        "withheld",
        "none",
        "asserted",
        "266696687",
        "7378742833",
        "2562533",
        "8656696",
        "86282452253",
        "7748283",
    ]
)


def phone_number(typed: str) -> str | None:
    """The number without what people put between its digits, or nothing when it can't be one."""
    if len(typed) > _LONGEST_TYPED:
        return None
    # Full-width digits are what Chinese input methods write.
    bare = _SEPARATORS.sub("", unicodedata.normalize("NFKC", one_line(typed)))
    bare = _EXTENSION.sub("x", bare)
    number = f"+{bare[2:]}" if bare.startswith("00") else bare
    return number if _NUMBER.fullmatch(number) and number.isascii() else None


def caller(reported: str) -> str:
    """Where a caller is reached: a number, or an address of another kind like `sip:…`; empty when it is withheld."""
    shown = line(reported).strip()
    if shown.casefold().lstrip("+") in _WITHHELD or not shown.strip("+-"):
        return ""
    number = phone_number(shown)
    if number:
        return number
    kind, colon, rest = shown.partition(":")
    return address(kind if colon and kind.isalnum() else "phone", (rest if colon else shown)[:200])
