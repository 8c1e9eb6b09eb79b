"""Commands as plain forms: each command of the API is a form by itself, made from the shape that the API takes.

A form is answered by the API's own endpoint, so that page and API can not come to mean different things.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal, TypeAlias, get_type_hints
from zoneinfo import ZoneInfo

import pydantic_core
from fastapi import Response
from pydantic import BaseModel, ValidationError

from candor_common.charter import Charter
from candor_common.errors import CandorError, Problem
from candor_triage import commands
from candor_triage.case import Case
from candor_triage.incident_words import COMMANDS, FIRST, LABELS

Kind: TypeAlias = Literal["area", "line", "time", "check", "choice"]
Endpoint: TypeAlias = Callable[[BaseModel, Case], Awaitable[Response]]
_NAMED = re.compile(r"`(\w+)`")
LONG = 1000
"""From how many characters on a field gets more than one line."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form."""

    name: str
    kind: Kind
    required: bool
    longest: int | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a command. Who gives it stands in all of them."""

    command: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class NotDone:
    """Why a command was not carried out, in words, and with which status the page says so."""

    why: str
    status: int
    field: str | None = None


@cache
def _endpoints() -> Mapping[str, tuple[type[BaseModel], Endpoint]]:
    """Every command of the API with its shape and its endpoint."""
    found: dict[str, tuple[type[BaseModel], Endpoint]] = {}
    for route in commands.works.routes:
        endpoint = getattr(route, "endpoint")  # noqa: B009 - routes of a router are API routes
        found[getattr(route, "path").rpartition("/")[2]] = get_type_hints(endpoint)["body"], endpoint  # noqa: B009
    return found


@cache
def form_of(command: str) -> Form:
    """The form of a command. Raises KeyError for a command that there is not."""
    shape, _ = _endpoints()[command]
    schema = shape.model_json_schema()
    needed = set(schema.get("required", ()))
    fields = (
        _field(name, part, needed=name in needed, schema=schema)
        for name, part in schema["properties"].items()
        if name != "by"
    )
    return Form(command, tuple(fields))


def forms(allowed: list[str]) -> list[Form]:
    """The forms of the commands that an incident takes now, those that are needed most first."""
    known = [one for one in allowed if one in _endpoints()]
    first = [one for one in FIRST if one in known]
    return [form_of(one) for one in [*first, *(one for one in known if one not in FIRST)]]


async def carry_out(case: Case, command: str, given: Mapping[str, str], zone: ZoneInfo) -> NotDone | None:
    """Give a command with what a form holds; nothing when it was carried out."""
    if command not in _endpoints():
        return NotDone(f"There is no command {command}.", 404)
    shape, endpoint = _endpoints()[command]
    try:
        answer = await endpoint(shape.model_validate(_values(form_of(command), given, zone)), case)
    except ValidationError as error:
        return _invalid(error)
    except CandorError as error:
        return NotDone(error.detail, error.status)
    return None if answer.status_code < 400 else _problem(answer)


def choices(charter: Charter, field: Field) -> tuple[str, ...]:
    """What can be chosen in a field."""
    return tuple(charter.content.teams) if field.name == "team" else field.options


def _values(form: Form, given: Mapping[str, str], zone: ZoneInfo) -> dict[str, Any]:
    """What the API would be sent; fields that were left empty are left out."""
    values: dict[str, Any] = {"by": given.get("by", "").strip()}
    for field in form.fields:
        text = given.get(field.name, "").strip()
        if text:
            values[field.name] = _moment(text, zone) if field.kind == "time" else text
    return values


def _moment(text: str, zone: ZoneInfo) -> datetime | str:
    """A time as browsers write it, by the clock of the house; anything else is left for the API to refuse."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _field(name: str, part: Mapping[str, Any], *, needed: bool, schema: Mapping[str, Any]) -> Field:
    wanted = next((one for one in part.get("anyOf", ()) if one.get("type") != "null"), part)
    wanted = schema["$defs"][wanted["$ref"].rpartition("/")[2]] if "$ref" in wanted else wanted
    options = tuple(wanted.get("enum", ()))
    return Field(name, _kind(name, wanted, options), needed, wanted.get("maxLength"), options)


def _kind(name: str, wanted: Mapping[str, Any], options: tuple[str, ...]) -> Kind:
    if options or name == "team":
        return "choice"
    if wanted.get("format") == "date-time":
        return "time"
    if wanted.get("type") == "boolean":
        return "check"
    return "area" if wanted.get("maxLength", 0) >= LONG else "line"


def _invalid(error: ValidationError) -> NotDone:
    first: pydantic_core.ErrorDetails = error.errors(include_url=False, include_input=False)[0]
    field = str(first["loc"][0]) if first["loc"] else None
    why = first["msg"].removeprefix("Value error, ")
    named = LABELS.get(field, field) if field else None
    return NotDone(f"{named} {why[0].lower()}{why[1:]}." if named else f"{why}.", 422, field)


def _problem(answer: Response) -> NotDone:
    problem = Problem.model_validate_json(bytes(answer.body))
    return NotDone(_NAMED.sub(_as_on_the_page, problem.detail), problem.status)


def _as_on_the_page(found: re.Match[str]) -> str:
    """What the API calls by the name of a field or a command is called here as the page calls it."""
    name = found[1]
    return f"“{COMMANDS[name][0] if name in COMMANDS else LABELS.get(name, name)}”"
