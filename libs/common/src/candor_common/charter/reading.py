"""Reading a charter file: the only part of the charter that touches the disk."""

from collections import Counter
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from candor_common.charter import explain
from candor_common.charter.calendars import ALWAYS
from candor_common.charter.policy import Charter
from candor_common.charter.problems import CharterError, Problem
from candor_common.charter.shape import Content
from candor_common.charter.source import LARGEST, Source, parse
from candor_common.charter.values import Names

_SHIPPED = "default_charter/charter.yaml"


def load_charter(path: Path | None = None) -> Charter:
    """The charter in a file, or the one that Candor ships with; raises `CharterError` with all its problems.

    Reading takes some 50 ms, and half a second with public holidays: done once, when a process starts.
    """
    source = _source(path)
    try:
        content = _validated(source)
    except ValidationError as error:
        raise _refused([*source.problems, *explain.problems(source, error)]) from None
    if source.problems:
        raise _refused(source.problems)
    return Charter.of(content)


def check(path: Path | None = None) -> list[Problem]:
    """What is wrong with a charter file, in the order of its lines; nothing when it can be used."""
    try:
        load_charter(path)
    except CharterError as error:
        return list(error.problems)
    return []


def _refused(problems: Iterable[Problem]) -> CharterError:
    return CharterError(sorted(problems, key=lambda problem: problem.line))


def _source(path: Path | None) -> Source:
    if path is None:
        return parse(_SHIPPED, files("candor_common").joinpath(_SHIPPED).read_bytes())
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as why:
        problem = Problem(
            str(path), 1, "", f"the file can't be read: {why.strerror}", "Check path and rights"
        )
        raise CharterError([problem]) from why
    return parse(str(path), raw)


def _validated(source: Source) -> Content:
    if not source.lines:
        raise _refused(source.problems)
    return Content.model_validate(source.values, context=_names(source.values))


def _names(values: object) -> Names:
    """What parts call each other, taken from the raw values because other parts may be wrong."""
    top = values if isinstance(values, dict) else {}
    rules = top.get("rules")
    named = [rule.get("name") for rule in rules if isinstance(rule, dict)] if isinstance(rules, list) else []
    return Names(
        teams=_keys(top.get("teams")),
        rules=Counter(name for name in named if isinstance(name, str)),
        calendars=_keys(top.get("calendars")) | {ALWAYS},
        people=_keys(top.get("people")),
    )


def _keys(section: object) -> frozenset[str]:
    return frozenset(section if isinstance(section, dict) else ())
