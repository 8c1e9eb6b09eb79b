"""Reads JSON from outside. Every fault is a `BadPayload`, and spoils only the place that it is in."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from candor_intake.domain.inbound import BadPayload, Malformed
from candor_intake.domain.words import one_line, storable

DEEPEST = 32
MOST_GROUPS = 250_000
"""Lists and objects in a body: three bytes of one need hundreds of memory."""
MOST_VALUES = 1_000_000
_MOST_DIGITS = 30
_FALLIBLE = (dict, list, float)

ModelT = TypeVar("ModelT", bound=BaseModel)


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its names came twice."""

    repeated: str | None = None


def load(body: bytes) -> object:
    """The value that a body holds. What is only doubtful is left for `check`."""
    _check_room(body)
    try:
        text = body.decode("utf-8-sig")
        return json.loads(text, object_pairs_hook=_object, parse_int=_integer)
    except UnicodeDecodeError as error:
        raise Malformed("The body isn't UTF-8.") from error
    except RecursionError as error:
        raise _too_deep("#") from error
    except ValueError as error:
        raise Malformed(f"The body isn't JSON: {error}.") from error


def _check_room(body: bytes) -> None:
    """Counted in the bytes, before anything is made of them; what stands within a text counts too."""
    if body.count(b"{") + body.count(b"[") > MOST_GROUPS:
        raise BadPayload(f"The body has more than {MOST_GROUPS} lists and objects; send it in parts.")
    if body.count(b",") > MOST_VALUES:
        raise BadPayload(f"The body has more than {MOST_VALUES} values; send it in parts.")


class _Place(NamedTuple):
    """A value on the way into a body. Where it stands is put into words only when something is wrong there."""

    value: object
    depth: int = 1
    within: "_Place | None" = None
    name: str | int = ""

    def pointer(self, root: str) -> str:
        return at(self.within.pointer(root), self.name) if self.within else root


def check(value: object, pointer: str = "#") -> None:
    """Refuses names that come twice, numbers that aren't finite, and values nested too deeply."""
    waiting = [_Place(value)]
    while waiting:
        place = waiting.pop()
        current = place.value
        if isinstance(current, float) and not math.isfinite(current):
            raise BadPayload("The number is too large, or isn't a number.", place.pointer(pointer))
        if place.depth > DEEPEST:
            raise _too_deep(pointer)
        if isinstance(current, _Object) and current.repeated is not None:
            twice = f"The name “{one_line(current.repeated[:80])}” comes twice."
            raise BadPayload(twice, place.pointer(pointer))
        waiting += [_Place(below, place.depth + 1, place, name) for name, below in _worth_a_look(current)]


def build(model: type[ModelT], value: object, pointer: str = "#") -> ModelT:
    """The value as a model, or the first fault in words."""
    if not isinstance(value, dict):
        raise BadPayload("A JSON object is needed here.", pointer)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise BadPayload(f"{first['msg']}.", at(pointer, *first["loc"])) from error


def at(pointer: str, *path: str | int) -> str:
    """The pointer of what lies further down."""
    return "/".join([pointer, *(_escaped(str(name)) for name in path)])


def _escaped(name: str) -> str:
    return quote(storable(name[:80]).replace("~", "~0").replace("/", "~1"), safe="~")


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    made = _Object(pairs)
    if len(made) < len(pairs):
        made.repeated = Counter(name for name, _ in pairs).most_common(1)[0][0]
    return made


def _integer(digits: str) -> int | float:
    # Python refuses to read thousands of digits, which would make the whole body unreadable.
    return int(digits) if len(digits) <= _MOST_DIGITS else math.inf


def _worth_a_look(value: object) -> Iterator[tuple[str | int, object]]:
    """What within a value can be wrong: most of a body is text, which can't."""
    pairs: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    return (pair for pair in pairs if isinstance(pair[1], _FALLIBLE))


def _too_deep(pointer: str) -> BadPayload:
    return BadPayload(f"The body is nested more than {DEEPEST} levels deep.", pointer)
