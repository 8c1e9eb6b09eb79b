"""The OpenAPI document: every answer that an operation can give stands in it, and errors are problem details."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from candor_common.errors import (
    CONTENT_TYPE,
    BadRequest,
    CandorError,
    Forbidden,
    Problem,
    TooLarge,
    TooMany,
    TooSlow,
    Unauthorized,
    Unavailable,
    Unprocessable,
    UnsupportedMedia,
    responses,
)

Json = dict[str, Any]

_KINDS = tuple(CandorError.__subclasses__())
_SECONDS = {"description": "Seconds to wait before it is sent again", "schema": {"type": "string"}}
_SCHEME = {"description": "How to prove who one is", "schema": {"type": "string"}}
_HEADERS = {
    Unauthorized: {"WWW-Authenticate": _SCHEME},
    TooMany: {"Retry-After": _SECONDS},
    Unavailable: {"Retry-After": _SECONDS},
}


def install(app: FastAPI) -> None:
    """Complete the document that FastAPI makes of an application."""
    plain = app.openapi
    app.openapi = lambda: completed(plain())  # type: ignore[method-assign]  # as FastAPI's own guide does it


def completed(document: Json) -> Json:
    """The document with the answers that are the same everywhere, and with problems where FastAPI has its own errors."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema()
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    components["responses"] = {kind.__name__: _described(kind) for kind in _KINDS}
    for operation in (one for path in document["paths"].values() for one in path.values()):
        _complete(operation)
    return document


def body_schema(model: type[BaseModel]) -> Json:
    """The schema of a body that an endpoint reads by itself; all in one, since such a schema has no place for parts."""
    schema = model.model_json_schema(by_alias=True)
    parts = schema.pop("$defs", {})
    whole: Json = _inlined(schema, parts)
    return whole


def _complete(operation: Json) -> None:
    answers: Json = operation["responses"]
    if "HTTPValidationError" in str(answers.get("422")):
        answers["422"] = _reference(Unprocessable)
    for error in _common(operation):
        answers.setdefault(str(error.status), _reference(error))
    for kind in _KINDS:
        told = answers.get(str(kind.status))
        if told == responses(kind)[kind.status]:
            answers[str(kind.status)] = _reference(kind)
        elif told is not None and "Problem" in str(told.get("content")):
            told["content"] = {CONTENT_TYPE: next(iter(told["content"].values()))}


def _described(kind: type[CandorError]) -> Json:
    headers = {"headers": _HEADERS[kind]} if kind in _HEADERS else {}
    return {**responses(kind)[kind.status], **headers}


def _reference(kind: type[CandorError]) -> Json:
    return {"$ref": f"#/components/responses/{kind.__name__}"}


def _common(operation: Json) -> Iterator[type[CandorError]]:
    """What any operation of its kind can answer. 400 is for text that can't be stored, which also addresses can hold."""
    yield BadRequest
    yield Unavailable
    if operation.get("security"):
        yield from (Unauthorized, Forbidden)
    if "requestBody" in operation:
        yield from (TooSlow, TooLarge, UnsupportedMedia)


def _inlined(value: Any, parts: Json) -> Any:
    if isinstance(value, list):
        return [_inlined(one, parts) for one in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        return _inlined(parts[value["$ref"].rpartition("/")[2]], parts)
    return {name: _inlined(one, parts) for name, one in value.items()}
