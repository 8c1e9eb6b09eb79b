"""Deciding whether a rule of the charter speaks about a request, and on what evidence.

What can be done once is done when the charter is loaded. A request is cut into its words once; the text is
searched only for phrases all of whose words occur. No text makes this slow: no pattern can backtrack.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Self, TypeAlias

from candor_common.charter.facts import Facts
from candor_common.charter.shape import Condition, Outcome, Rule
from candor_common.events import Channel

_READ_AT_MOST = 20_000
"""Characters. Further down a mail quotes the thread, and words of last week classify nothing."""
_NAMED_AT_MOST = 5
"""Words given as evidence."""

CHINESE = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LETTER = rf"[^\W{CHINESE}]"
"""What a word in a script with spaces consists of. Chinese ends such a word: `服务器down了` says `down`."""
_JOINED = re.compile(rf"{_LETTER}{{2}}")
_PART = re.compile(rf"{_LETTER}+|[{CHINESE}]")
_BLANKS = {code: " " for code in range(128) if not re.match(r"\w", chr(code))}
_NO_PART = ""
"""Stands for the parts of a phrase that has none; every text has it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Facts with the words in the one form in which they are compared."""

    facts: Facts
    words: str
    parts: frozenset[str]
    severity: str


_Evidence: TypeAlias = Callable[[Seen], str | None]
"""Says what matched, or nothing."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """A rule made ready to be asked."""

    name: str
    then: Outcome
    any: tuple[_Evidence, ...]
    all: tuple[_Evidence, ...]
    by_content: bool
    """Whether it looks at words or labels, which say what a request is about, and not at its channel or urgency only."""
    needed: frozenset[str] | None
    """Parts of words, one of which must stand in a request; nothing where words alone don't decide."""

    def evidence(self, seen: Seen) -> str | None:
        """What matched, in words; nothing when the rule doesn't speak about the request."""
        if self.needed is not None and self.needed.isdisjoint(seen.parts):
            return None
        found = _first(self.any, seen) if self.any else ""
        if found is None:
            return None
        needed = [evidence(seen) for evidence in self.all]
        return None if None in needed else ", ".join(filter(None, [found, *needed]))


def _first(conditions: Iterable[_Evidence], seen: Seen) -> str | None:
    for evidence in conditions:
        if found := evidence(seen):
            return found
    return None


def matcher(rule: Rule) -> Matcher:
    """Prepares a rule."""
    any_of, all_of = (tuple(map(_prepared, some)) for some in (rule.when.any, rule.when.all))
    conditions = (*rule.when.any, *rule.when.all)
    by_content = any(one.words is not None or one.label is not None for one in conditions)
    return Matcher(rule.name, rule.then, any_of, all_of, by_content, _needed(rule.when.any))


def _needed(any_of: Sequence[Condition]) -> frozenset[str] | None:
    """Without one of them none of the conditions holds: most rules look for words that most requests don't have."""
    phrases = [_Phrases.of(one.words).parts for one in any_of if one.words is not None]
    return frozenset().union(*phrases) if phrases and len(phrases) == len(any_of) else None


def seen(facts: Facts) -> Seen:
    """Prepares a request. The line break keeps a phrase from reaching from the subject line into the text."""
    words = f"{_plain(facts.subject_line[:_READ_AT_MOST])}\n{_plain(facts.text[:_READ_AT_MOST])}"
    return Seen(facts, words, frozenset([_NO_PART, *_parts(words)]), facts.severity.casefold())


def finder(written: Iterable[str]) -> Callable[[str], bool]:
    """What tells whether one of some words or phrases stands in a text, as the `words` of a rule do."""
    phrases = _Phrases.of(written)
    return lambda text: _words(phrases, seen(Facts("", text, Channel.UNKNOWN))) is not None


def parts_of(text: str) -> list[str]:
    """The words of a text in the form in which they are compared; a Chinese character is one by itself."""
    return _parts(_plain(text))


def _parts(words: str) -> list[str]:
    """In ASCII, letters, digits and underscores are the same everywhere; then blanks for the rest are enough."""
    return words.translate(_BLANKS).split() if words.isascii() else _PART.findall(words)


def _plain(text: str) -> str:
    """Small letters, full width or not, with straight apostrophes and single blanks. In ASCII there is but one width."""
    if text.isascii():
        text = text.lower()
    else:
        text = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    return " ".join(text.split())


def _prepared(condition: Condition) -> _Evidence:
    if condition.words is not None:
        return partial(_words, _Phrases.of(condition.words))
    if condition.channel is not None:
        return partial(_channel, condition.channel)
    if condition.severity is not None:
        return partial(_severity, frozenset(name.casefold() for name in condition.severity))
    if condition.label is not None:
        return partial(_label, condition.label)
    return partial(_urgent, condition.urgent)


@dataclass(frozen=True, slots=True)
class _Word:
    place: int
    written: str
    plain: str
    parts: frozenset[str]

    @property
    def longest(self) -> str:
        return max(sorted(self.parts), key=len, default=_NO_PART)

    def stands_in(self, seen: Seen) -> bool:
        if not self.parts <= seen.parts:
            return False
        start = seen.words.find(self.plain)
        while start >= 0 and not _alone(seen.words, start, start + len(self.plain)):
            start = seen.words.find(self.plain, start + 1)
        return start >= 0


@dataclass(frozen=True, slots=True)
class _Phrases:
    """The words and phrases of a condition, by their longest part: without it, none of them stands in a text."""

    by_part: Mapping[str, Sequence[_Word]]
    parts: frozenset[str]

    @classmethod
    def of(cls, written: Iterable[str]) -> Self:
        by_part: dict[str, list[_Word]] = {}
        for place, one in enumerate(written):
            word = _word(place, one)
            by_part.setdefault(word.longest, []).append(word)
        return cls(by_part, frozenset(by_part))

    def near(self, seen: Seen) -> list[_Word]:
        """Those that may stand in a text, in the order in which they are written."""
        if self.parts.isdisjoint(seen.parts):
            return []
        found = (word for part in self.parts & seen.parts for word in self.by_part[part])
        return sorted(found, key=lambda word: word.place)


def _alone(words: str, start: int, end: int) -> bool:
    """No letter goes on across an edge."""
    edges = (words[max(start - 1, 0) : start + 1], words[end - 1 : end + 1])
    return not any(_JOINED.fullmatch(edge) for edge in edges)


def _word(place: int, written: str) -> _Word:
    plain = _plain(written)
    return _Word(place, written, plain, frozenset(_parts(plain)))


def _words(phrases: _Phrases, seen: Seen) -> str | None:
    near = phrases.near(seen)
    if not near:
        return None
    return _quoted("words", islice((word.written for word in near if word.stands_in(seen)), _NAMED_AT_MOST))


def _channel(channels: tuple[Channel, ...], seen: Seen) -> str | None:
    return f"channel {seen.facts.channel}" if seen.facts.channel in channels else None


def _severity(severities: frozenset[str], seen: Seen) -> str | None:
    return f'severity "{seen.severity}"' if seen.severity in severities else None


def _urgent(wanted: bool | None, seen: Seen) -> str | None:
    return f"{'' if wanted else 'not '}marked urgent" if seen.facts.urgent is wanted else None


def _label(labels: Mapping[str, str], seen: Seen) -> str | None:
    if any(seen.facts.labels.get(name) != value for name, value in labels.items()):
        return None
    return _quoted("label", (f"{name}={value}" for name, value in labels.items()))


def _quoted(what: str, found: Iterable[str]) -> str | None:
    names = ", ".join(f'"{name}"' for name in found)
    return f"{what} {names}" if names else None
