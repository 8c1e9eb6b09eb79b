"""Deciding whether a rule of the charter speaks about a request, and on what evidence.

What can be done once is done when the charter is loaded. A request is cut into its words once; the text is
searched only for phrases all of whose words occur. No text makes this slow: no pattern can backtrack.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TypeAlias

from candor_common.charter.facts import Facts
from candor_common.charter.shape import Condition, Outcome, Rule
from candor_common.events import Channel

_READ_AT_MOST = 20_000
"""Characters. Further down a mail quotes the thread, and words of last week classify nothing."""
_NAMED_AT_MOST = 5
"""Words given as evidence."""

_CHINESE = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LETTER = rf"[^\W{_CHINESE}]"
"""What a word in a script with spaces consists of. Chinese ends such a word: `服务器down了` says `down`."""
_JOINED = re.compile(rf"{_LETTER}{{2}}")
_PART = re.compile(rf"{_LETTER}+|[{_CHINESE}]")


@dataclass(frozen=True, slots=True)
class _Seen:
    """Facts with the words in the one form in which they are compared."""

    facts: Facts
    words: str
    parts: frozenset[str]
    severity: str


_Evidence: TypeAlias = Callable[[_Seen], str | None]
"""Says what matched, or nothing."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """A rule made ready to be asked."""

    name: str
    then: Outcome
    any: tuple[_Evidence, ...]
    all: tuple[_Evidence, ...]

    def evidence(self, seen: _Seen) -> str | None:
        """What matched, in words; nothing when the rule doesn't speak about the request."""
        needed = [found(seen) for found in self.all]
        if None in needed:
            return None
        one = next(filter(None, (found(seen) for found in self.any)), None)
        if self.any and one is None:
            return None
        return ", ".join(filter(None, [one, *needed]))


def matcher(rule: Rule) -> Matcher:
    """Prepares a rule."""
    any_of, all_of = (tuple(map(_prepared, conditions)) for conditions in (rule.when.any, rule.when.all))
    return Matcher(rule.name, rule.then, any_of, all_of)


def seen(facts: Facts) -> _Seen:
    """Prepares a request. The line break keeps a phrase from reaching from the subject line into the text."""
    words = "\n".join(_plain(part[:_READ_AT_MOST]) for part in (facts.subject_line, facts.text))
    return _Seen(facts, words, frozenset(_PART.findall(words)), facts.severity.casefold())


def _plain(text: str) -> str:
    """Small letters, full width or not, with straight apostrophes and single blanks."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    return " ".join(text.split())


def _prepared(condition: Condition) -> _Evidence:
    if condition.words is not None:
        return partial(_words, tuple(map(_word, condition.words)))
    if condition.channel is not None:
        return partial(_channel, condition.channel)
    if condition.severity is not None:
        return partial(_severity, frozenset(name.casefold() for name in condition.severity))
    if condition.label is not None:
        return partial(_label, condition.label)
    return partial(_urgent, condition.urgent)


@dataclass(frozen=True, slots=True)
class _Word:
    written: str
    plain: str
    parts: frozenset[str]

    def stands_in(self, seen: _Seen) -> bool:
        if not self.parts <= seen.parts:
            return False
        start = seen.words.find(self.plain)
        while start >= 0 and not _alone(seen.words, start, start + len(self.plain)):
            start = seen.words.find(self.plain, start + 1)
        return start >= 0


def _alone(words: str, start: int, end: int) -> bool:
    """No letter goes on across an edge."""
    edges = (words[max(start - 1, 0) : start + 1], words[end - 1 : end + 1])
    return not any(_JOINED.fullmatch(edge) for edge in edges)


def _word(written: str) -> _Word:
    plain = _plain(written)
    return _Word(written, plain, frozenset(_PART.findall(plain)))


def _words(words: Iterable[_Word], seen: _Seen) -> str | None:
    found = islice((word.written for word in words if word.stands_in(seen)), _NAMED_AT_MOST)
    return _quoted("words", found)


def _channel(channels: tuple[Channel, ...], seen: _Seen) -> str | None:
    return f"channel {seen.facts.channel}" if seen.facts.channel in channels else None


def _severity(severities: frozenset[str], seen: _Seen) -> str | None:
    return f'severity "{seen.severity}"' if seen.severity in severities else None


def _urgent(wanted: bool | None, seen: _Seen) -> str | None:
    return f"{'' if wanted else 'not '}marked urgent" if seen.facts.urgent is wanted else None


def _label(labels: Mapping[str, str], seen: _Seen) -> str | None:
    if any(seen.facts.labels.get(name) != value for name, value in labels.items()):
        return None
    return _quoted("label", (f"{name}={value}" for name, value in labels.items()))


def _quoted(what: str, found: Iterable[str]) -> str | None:
    names = ", ".join(f'"{name}"' for name in found)
    return f"{what} {names}" if names else None
