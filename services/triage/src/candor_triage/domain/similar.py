"""Which past incidents look like this one: by the words that their titles share. Small on purpose, and in memory."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_SAYS_NOTHING = re.compile(
    r"an?|and|are|at|be|but|by|can|do|for|from|has|have|how|i|in|is|it|my|not?|of|on|or|our|since|that|the|there|this"
    r"|to|was|we|what|when|with|your?"
)
_LEAST = 0.2
"""How much two titles must share to be called similar."""


@dataclass(frozen=True, slots=True)
class Past:
    """An incident that is over."""

    id: str
    title: str
    cause: str


def similar(title: str, past: Iterable[Past], most: int = 5) -> list[Past]:
    """The most similar ones, the likest first; none that share next to nothing."""
    words = features(title)
    rated = [(likeness(words, features(one.title)), one) for one in past]
    rated = [(share, one) for share, one in rated if share >= _LEAST]
    return [one for _, one in sorted(rated, key=lambda pair: (-pair[0], pair[1].id))][:most]


def features(text: str) -> frozenset[str]:
    """The words of a text; of Chinese, every two characters that stand side by side."""
    found: set[str] = set()
    for word in _WORD.findall(text.casefold()):
        for run in _HAN.findall(word):
            found.update(run[at : at + 2] for at in range(max(len(run) - 1, 1)))
        if (rest := _HAN.sub("", word)) and not _SAYS_NOTHING.fullmatch(rest):
            found.add(rest)
    return frozenset(found)


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of all their words that both have: 0 for nothing, 1 for the same."""
    return len(one & other) / len(one | other) if one and other else 0.0
