"""Turns what pydantic says about a charter into problems with a line and a remedy."""

from collections.abc import Sequence
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from candor_common.charter.problems import OURS, KeyPath, Problem, named, suggestion
from candor_common.charter.shape import Content
from candor_common.charter.source import Source

_EXPECTED = {
    "model_type": ("keys with values", "Write `key: value` lines below it, indented"),
    "dict_type": ("keys with values", "Write `key: value` lines below it, indented"),
    "tuple_type": ("a list", "Write it in brackets, as in `[one, two]`"),
    "string_type": ("text", 'Put it in quotes, as in `"503"`'),
    "bool_type": ("`true` or `false`", "Write one of the two, without quotes"),
    "int_type": ("a whole number", "Write digits only"),
    "float_type": ("a number", "Write it as in `0.75`, without quotes"),
}
_EMPTY = {"too_short", "string_too_short"}


def problems(source: Source, error: ValidationError) -> list[Problem]:
    """One problem for each complaint."""
    return [_problem(source, one) for one in error.errors(include_url=False)]


def _problem(source: Source, error: ErrorDetails) -> Problem:
    path = tuple(part for part in error["loc"] if part != "[key]")
    wrong, mend = _told(error, path)
    return source.problem(path, wrong, mend)


def _told(error: ErrorDetails, path: KeyPath) -> tuple[str, str]:
    kind, context = error["type"], error.get("ctx", {})
    if kind == OURS:
        return context["wrong"], context["mend"]
    if kind == "extra_forbidden":
        return "unknown key", suggestion(str(path[-1]), _keys_at(path[:-1]))
    if kind == "missing":
        return f"the key `{path[-1]}` is missing", "Add it here"
    if kind in _EXPECTED:
        wanted, mend = _EXPECTED[kind]
        return f"expected {wanted}, found {named(error['input'])}", mend
    if kind in _EMPTY:
        return "it is empty", "Write at least one, or take the key out"
    return error["msg"], "Write a value that fits"


def _keys_at(path: KeyPath) -> Sequence[str]:
    """The keys that are known at a path: walks down the types of the sections."""
    here: object = Content
    for part in path:
        here = _inside(here, part)
    section = _section(here)
    return list(_fields(section)) if section else []


def _inside(kind: object, part: str | int) -> object:
    section = _section(kind)
    if section:
        return _fields(section)[str(part)].annotation
    arguments = get_args(kind)
    return arguments[0] if isinstance(part, int) else arguments[-1]


def _fields(section: type[BaseModel]) -> dict[str, FieldInfo]:
    """By the keys of the file."""
    return {field.alias or name: field for name, field in section.model_fields.items()}


def _section(kind: object) -> type[BaseModel] | None:
    """The section itself, also where the key may be left out: `X | None`."""
    arguments = get_args(kind)
    one = arguments[0] if type(None) in arguments else kind
    return one if isinstance(one, type) and issubclass(one, BaseModel) else None
