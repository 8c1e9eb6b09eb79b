"""What can be wrong with a charter, told so that the operator can mend it."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

KeyPath: TypeAlias = tuple[str | int, ...]
"""The way from the top of the file to a value: names of keys, and places in lists counted from 0."""

OURS = "charter"
"""The type that marks our own complaints among those of pydantic."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a charter, where it stands, and how to mend it."""

    file: str
    line: int
    """Counted from 1."""
    key: str
    """As in `rules[2].then.team`; empty when the file as a whole is meant."""
    wrong: str
    mend: str

    def __str__(self) -> str:
        where = ": ".join(filter(None, (f"{self.file}:{self.line}", self.key)))
        end = "" if self.mend.endswith("?") else "."
        return f"{where}: {self.wrong}. {self.mend}{end}"


class CharterError(ValueError):
    """A charter can't be used. `problems` holds all that is wrong with it, in the order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something wrong with a value, before it is known on which line that stands."""

    wrong: str
    mend: str
    at: KeyPath = ()
    """Relative to the value that is being checked."""


def refusal(wrong: str, mend: str) -> PydanticCustomError:
    """What a validator raises about the very value that it checks."""
    return PydanticCustomError(OURS, "{wrong}", {"wrong": wrong, "mend": mend})


def refusals(complaints: Iterable[Complaint]) -> ValidationError:
    """What a validator raises to complain about several places inside the value at once."""
    found = [
        InitErrorDetails(type=refusal(one.wrong, one.mend), loc=one.at, input=None) for one in complaints
    ]
    return ValidationError.from_exception_data("charter", found)


def suggestion(word: str, known: Iterable[str]) -> str:
    """Names the nearest of the known words, or all when none is near. Very short words are all alike."""
    words = list(known)
    near = difflib.get_close_matches(word[:60], words, n=1)
    if near and len(word) > 3:
        return f"Did you mean `{near[0]}`?"
    return "Known here: " + (", ".join(words) or "nothing yet")


def named(value: object) -> str:
    """A value as the operator sees it in the file, cut short."""
    match value:
        case dict():
            return "keys with values"
        case list():
            return "a list"
        case bool():
            return f"`{str(value).lower()}`"
        case None:
            return "nothing"
    return f"`{str(value)[:60]}`"


def spelled(path: KeyPath) -> str:
    """A path as people write it: `rules[2].then.team`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")
