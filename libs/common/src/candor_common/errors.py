"""What can go wrong, and how a caller is told: problem details of RFC 9457, one shape for every error."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from candor_common.failures import is_unavailable, is_unstorable
from candor_common.telemetry import route_of

CONTENT_TYPE = "application/problem+json"

Words = Mapping[str, str]
log = structlog.get_logger(__name__)


class Permanent(Exception):
    """Raised by an event handler for an event that can never succeed, so that it is parked without a retry."""


class Problem(BaseModel):
    """An error, as RFC 9457 describes it. Each of `errors` has a `detail` and, within a body, a JSON `pointer`."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] | None = None


class CandorError(Exception):
    """An answer other than success. `detail` is for the caller: what is wrong and what mends it, no inner words."""

    status: int = 500
    title: str = "Internal error"
    type: str = "internal"
    default_headers: Words = {}

    def __init__(self, detail: str, *, errors: Sequence[Words] = (), headers: Words | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = [dict(error) for error in errors]
        """What is wrong, part by part: `detail`, and within a body a `pointer` such as `#/labels/0`."""
        self.headers = {**self.default_headers, **(headers or {})}


class BadRequest(CandorError):
    status, title, type = 400, "Bad request", "bad-request"


class Unauthorized(CandorError):
    status, title, type = 401, "Not authenticated", "unauthorized"
    default_headers = {"WWW-Authenticate": "Bearer"}


class Forbidden(CandorError):
    status, title, type = 403, "Not allowed", "forbidden"


class NotFound(CandorError):
    status, title, type = 404, "Not found", "not-found"


class Conflict(CandorError):
    status, title, type = 409, "Conflict with what is there", "conflict"


class PreconditionFailed(CandorError):
    status, title, type = 412, "Changed in the meantime", "precondition-failed"


class TooLarge(CandorError):
    status, title, type = 413, "Too large", "too-large"


class UnsupportedMedia(CandorError):
    status, title, type = 415, "Content type not supported", "unsupported-media"


class Unprocessable(CandorError):
    status, title, type = 422, "Understood but not valid", "unprocessable"


class PreconditionRequired(CandorError):
    status, title, type = 428, "Condition required", "precondition-required"


class TooMany(CandorError):
    status, title, type = 429, "Too many requests", "too-many"


class Unavailable(CandorError):
    status, title, type = 503, "Not available at the moment", "unavailable"
    default_headers = {"Retry-After": "5"}


def responses(*errors: type[CandorError]) -> dict[int | str, dict[str, Any]]:
    """What an endpoint declares as `responses=`, so that OpenAPI lists these errors as problem details."""
    return {error.status: {"description": error.title, "content": _CONTENT} for error in errors}


def install(app: FastAPI) -> None:
    """Make every error of an application a problem. Middleware that is added later sees answers, not exceptions."""
    for kind in (CandorError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, _respond)
    app.add_middleware(_LastResort)
    plain = app.openapi
    app.openapi = lambda: _with_problems(plain())  # type: ignore[method-assign]


def answer(error: CandorError) -> Response:
    """The response that tells a caller of an error."""
    kind, parts = f"urn:candor:problem:{error.type}", error.errors or None
    problem = Problem(type=kind, title=error.title, status=error.status, detail=error.detail, errors=parts)
    content = problem.model_dump(exclude_none=True)
    return JSONResponse(content, error.status, error.headers, media_type=CONTENT_TYPE)


class LimitBody:
    """Answers 413 to a request whose body is longer than `max_bytes`, without reading the rest of it."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app, self.max_bytes = app, max_bytes
        self.detail = f"The body is longer than {max_bytes} bytes, the most that is taken here; send less."

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.max_bytes:
                # FastAPI turns everything but its own exception into a 400 while it reads a body.
                raise HTTPException(413, self.detail, _CLOSE)
            return message

        if scope["type"] == "http" and _announced_bytes(scope) > self.max_bytes:
            await answer(TooLarge(self.detail, headers=_CLOSE))(scope, receive, send)
        else:
            await self.app(scope, counted, send)


def _announced_bytes(scope: Scope) -> int:
    return next((int(value) for name, value in scope["headers"] if name == b"content-length"), 0)


class _LastResort:
    """Answers what no handler knows: 503 while something that we need is away, else 500 without inner words."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answering = False

        async def noted(message: Message) -> None:
            nonlocal answering
            answering = True
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except Exception as error:
            if answering or scope["type"] != "http":
                raise
            await answer(_told(Request(scope), error))(scope, receive, send)


_CONTENT = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
# The connection is closed, or the server would read on to find the next request behind the body.
_CLOSE = {"Connection": "close"}
_BY_STATUS = {kind.status: kind for kind in CandorError.__subclasses__()}


async def _respond(request: Request, error: Exception) -> Response:
    return answer(_told(request, error))


def _told(request: Request, error: Exception) -> CandorError:
    match error:
        case CandorError():
            return error
        case RequestValidationError():
            return _invalid(error.errors())
        case HTTPException():
            return _of_status(error.status_code, str(error.detail), error.headers)
        case ClientDisconnect():
            return BadRequest("The connection ended before the request did.")
    return _from_below(request, error)


def _from_below(request: Request, error: Exception) -> CandorError:
    if is_unavailable(error):
        log.warning("unavailable", route=route_of(request.scope), error=type(error).__name__)
        return Unavailable("Something we need is away; try again in a few seconds.")
    if is_unstorable(error):
        return BadRequest("The request holds a character that is no text, such as NUL; leave it out.")
    log.error("unexpected_error", route=route_of(request.scope), exc_info=error)
    return CandorError("Something went wrong on our side; it has been logged.")


def _invalid(problems: Sequence[Any]) -> CandorError:
    if problems[0]["type"] == "json_invalid":
        return BadRequest(f"The body is not JSON: {problems[0]['ctx']['error']}.")
    # Only place and message are passed on: the input may be a secret.
    parts = [_part(one["loc"], one["msg"]) for one in problems]
    return Unprocessable("The request does not fit; `errors` says where.", errors=parts)


def _part(place: Sequence[str | int], message: str) -> dict[str, str]:
    where, *steps = place
    if where != "body":
        return {"detail": f"{where} {'.'.join(map(str, steps))}: {message}"}
    path = (quote(str(step).replace("~", "~0").replace("/", "~1"), safe="~") for step in steps)
    return {"detail": message, "pointer": "#" + "".join(f"/{step}" for step in path)}


def _of_status(status: int, detail: str, headers: Words | None) -> CandorError:
    if kind := _BY_STATUS.get(status):
        return kind(detail, headers=headers)
    other, phrase = CandorError(detail, headers=headers), HTTPStatus(status).phrase
    other.status, other.title, other.type = status, phrase, phrase.lower().replace(" ", "-")
    return other


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI document in which problems are described, also where FastAPI declares errors of its own shape."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema()
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for operation in (one for path in document["paths"].values() for one in path.values()):
        if "HTTPValidationError" in str(invalid := operation["responses"].get("422")):
            invalid["content"] = _CONTENT
    return document
