"""Which past incidents look like this one: by the words that their titles share, of which rare ones count for more.

In memory, over as many as `board_store.past` brings: a word that stands in half of the titles of a house says little
there, whatever it says elsewhere.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import log

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
    known = [(features(one.title), one) for one in past]
    weights = weights_of([words, *(others for others, _ in known)])
    rated = [(likeness(words, others, weights), one) for others, one in known if words & others]
    rated = [(share, one) for share, one in rated if share >= _LEAST]
    return [one for _, one in sorted(rated, key=lambda pair: (-pair[0], pair[1].id))][:most]


@lru_cache(maxsize=4096)
def features(text: str) -> frozenset[str]:
    """The words of a text; of Chinese, every two characters that stand side by side."""
    found: set[str] = set()
    for word in _WORD.findall(text.casefold()):
        for run in _HAN.findall(word):
            found.update(run[at : at + 2] for at in range(max(len(run) - 1, 1)))
        if (rest := _HAN.sub("", word)) and not _SAYS_NOTHING.fullmatch(rest):
            found.add(rest)
    return frozenset(found)


def weights_of(titles: Iterable[frozenset[str]]) -> Mapping[str, float]:
    """How much each word says among these titles: the logarithm of how many there are for each that has it."""
    known = list(titles)
    often = Counter(word for words in known for word in words)
    return {word: log(1 + len(known) / times) for word, times in often.items()}


def likeness(one: frozenset[str], other: frozenset[str], weights: Mapping[str, float]) -> float:
    """The share of the weight of all their words that both have: 0 for nothing, 1 for the same."""
    whole = sum(weights[word] for word in one | other)
    return sum(weights[word] for word in one & other) / whole if whole else 0.0
