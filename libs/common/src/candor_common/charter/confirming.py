"""Whether a customer's words after a resolution read like "thank you, it works" and like nothing else.

In doubt they don't: who is taken to be content, and is not, would not be heard. So the words must be few, each clause of
them must say that it works or be a courtesy, and nothing in them may deny, ask or set a condition.
"""

import re
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache

from candor_common.charter.confirmations import (
    COURTEOUS_SIGNS,
    COURTEOUS_WORDS,
    DEEDS,
    DOUBTS,
    PRAISE,
    THANKS,
)
from candor_common.charter.matching import CHINESE, finder, parts_of

_LONGEST = 1000
"""Characters; what is longer isn't looked at."""
_MOST_WORDS = 15
_MOST_SIGNS = 40
_FOOT = re.compile(r"^(--[ \t]*|Sent from my .{1,40}|发自我的.{1,40}|從我的.{1,40}傳送)\r?$", re.MULTILINE)
"""Where the words end, and what every mail of theirs has below begins. Doubts count there too."""
_EDGE = re.compile(r"[.,;:!~\n\r…、。，！：；～]+")
_SIGN = re.compile(f"[{CHINESE}]")
_doubtful = finder(DOUBTS)
_thanks = finder(THANKS)


def reads_like_one(confirmations: tuple[str, ...], text: str, names: Iterable[str] = ()) -> bool:
    """Whether words confirm that it works, or say nothing but thanks. `names` are those that may stand beside a greeting.

    Where there are no confirmations, nothing reads like one.
    """
    if not confirmations or len(text) > _LONGEST or not {"?", "？"}.isdisjoint(text) or _doubtful(text):
        return False
    words = _FOOT.split(text, maxsplit=1)[0]
    clauses = [one for one in _EDGE.split(words) if parts_of(one)] if _is_short(words) else []
    confirms, known = _finder(confirmations), frozenset(parts_of(" ".join(names)))
    if not all(confirms(one) or _is_courteous(one, known) for one in clauses):
        return False
    return any(confirms(one) or _thanks(one) for one in clauses)


@lru_cache(maxsize=16)
def _finder(confirmations: tuple[str, ...]) -> Callable[[str], bool]:
    return finder(confirmations)


def _is_short(text: str) -> bool:
    parts = parts_of(text)
    signs = sum(map(_is_sign, parts))
    return signs <= _MOST_SIGNS and len(parts) - signs <= _MOST_WORDS


def _is_courteous(clause: str, names: Collection[str]) -> bool:
    """Whether it is made of courtesies and known names alone."""
    rest = clause
    for one in COURTEOUS_SIGNS:
        rest = rest.replace(one, " ")
    parts = set(parts_of(rest))
    deeds = frozenset() if PRAISE.isdisjoint(parts) else DEEDS
    return parts <= COURTEOUS_WORDS | deeds | set(names)


def _is_sign(part: str) -> bool:
    return _SIGN.fullmatch(part) is not None
