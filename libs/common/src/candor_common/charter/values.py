"""The small values of a charter: spans of time, names from the vocabulary, words to look for."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, StringConstraints, ValidationInfo

from candor_common.charter.problems import named, refusal, suggestion
from candor_common.events import Category, Channel, Grade, Kind, Lane, Level, Priority, PromiseKind

EnumT = TypeVar("EnumT", bound=StrEnum)
T = TypeVar("T")

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
LONGEST = timedelta(days=3650)
PAUSABLE = (PromiseKind.RESOLUTION, PromiseKind.ESTIMATE, PromiseKind.NEXT_UPDATE)
"""The promises whose clock may stand still while we wait for the customer."""
_KNOWN_UNITS = "Write a whole number and one of the units s, m, h, d, as in `30m`, `4h` or `2d`"


@dataclass(frozen=True, slots=True)
class Names:
    """What the parts of a charter call each other by; the context in which they are validated."""

    teams: frozenset[str]
    rules: Counter[str]
    calendars: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()


def span(value: object) -> timedelta:
    """The time that `30m`, `4h` or `2d` means on a clock that never stops; a day has 24 hours."""
    found = re.fullmatch(r"([0-9]{1,9})([a-z]*)", value) if isinstance(value, str) else None
    if found and found[2] in ("bm", "bh", "bd"):
        raise refusal(f"`{value}`: only targets and updates count in working time", _KNOWN_UNITS)
    if not found or found[2] not in _UNITS:
        raise refusal(f"{named(value)} is not a duration", _KNOWN_UNITS)
    length = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if length > LONGEST:
        raise refusal(f"`{value}` is longer than ten years", "Write a shorter time")
    return length


def _more_than_nothing(value: timedelta) -> timedelta:
    if not value:
        raise refusal("nobody can keep a promise of no time at all", "Write a time longer than zero")
    return value


def _one_of(names: type[EnumT]) -> Callable[[object], EnumT]:
    """Only names of today's vocabulary: the enumerations themselves would take any and call it `unknown`."""
    known = [name.value for name in names if name.value != "unknown"]

    def check(value: object) -> EnumT:
        if value in known:
            return names(value)
        raise refusal(f"{named(value)} is not a {names.__name__.lower()}", suggestion(str(value), known))

    return check


def _pausable(value: object) -> PromiseKind:
    """A first answer never waits for the customer: nobody has written to them yet."""
    known = [kind.value for kind in PAUSABLE]
    if value in known:
        return PromiseKind(value)
    raise refusal(f"{named(value)} is no promise whose clock can pause", suggestion(str(value), known))


def _known_team(value: str, info: ValidationInfo) -> str:
    names = info.context
    if isinstance(names, Names) and value not in names.teams:
        raise refusal(f"there is no team `{value}`", suggestion(value, sorted(names.teams)))
    return value


def _known_person(value: str, info: ValidationInfo) -> str:
    names = info.context
    if isinstance(names, Names) and value not in names.people:
        raise refusal(f"there is nobody called `{value}`", suggestion(value, sorted(names.people)))
    return value


def _known_calendar(value: str, info: ValidationInfo) -> str:
    names = info.context
    if isinstance(names, Names) and value not in names.calendars:
        raise refusal(f"there is no calendar `{value}`", suggestion(value, sorted(names.calendars)))
    return value


def _used_once(value: str, info: ValidationInfo) -> str:
    names = info.context
    if isinstance(names, Names) and names.rules[value] > 1:
        raise refusal(f"{names.rules[value]} rules are named `{value}`", "Give each rule a name of its own")
    return value


def _literal(value: str) -> str:
    if not value.split():
        raise refusal("a word without letters would match everything", "Write a word, or take it out")
    if re.search(r"\*|\\|\||\(\?|\.\+", value):
        wrong = f"`{value}` looks like a pattern, and words are taken literally"
        raise refusal(wrong, "List the words that customers write")
    return value


def _not_empty(value: tuple[T, ...]) -> tuple[T, ...]:
    """Not by `min_length`, which also complains of a list whose only item is wrong."""
    if not value:
        raise refusal("the list is empty", "Write at least one, or take the key out")
    return value


def _small(value: str) -> str:
    if value != value.casefold():
        raise refusal(
            f"`{value}` has capital letters", f"Write `{value.casefold()}`; it matches any spelling"
        )
    return value


Span = Annotated[timedelta, BeforeValidator(span)]
Lasting = Annotated[Span, AfterValidator(_more_than_nothing)]

KnownCategory = Annotated[Category, BeforeValidator(_one_of(Category))]
KnownChannel = Annotated[Channel, BeforeValidator(_one_of(Channel))]
KnownGrade = Annotated[Grade, BeforeValidator(_one_of(Grade))]
KnownKind = Annotated[Kind, BeforeValidator(_one_of(Kind))]
KnownLane = Annotated[Lane, BeforeValidator(_one_of(Lane))]
KnownLevel = Annotated[Level, BeforeValidator(_one_of(Level))]
KnownPausable = Annotated[PromiseKind, BeforeValidator(_pausable)]
KnownPriority = Annotated[Priority, BeforeValidator(_one_of(Priority))]

Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Meaning = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
"""How anybody can tell what falls under a word."""
RuleName = Annotated[Name, AfterValidator(_used_once)]
CalendarName = Annotated[Name, AfterValidator(_known_calendar)]
TeamId = Annotated[Name, AfterValidator(_known_team)]
PersonName = Annotated[Name, AfterValidator(_known_person)]
Word = Annotated[Name, AfterValidator(_literal)]
Severity = Annotated[Name, AfterValidator(_small)]
Some = Annotated[tuple[T, ...], AfterValidator(_not_empty)]
"""One item at least."""
