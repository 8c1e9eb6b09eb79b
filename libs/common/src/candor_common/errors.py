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
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from candor_common.failures import is_unavailable, is_unstorable
from candor_common.telemetry import route_of

CONTENT_TYPE = "application/problem+json"

PROBLEM_CONTENT = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
"""How an OpenAPI document says that an answer is a problem."""

MOST_PARTS = 50
"""How many faults of a request are told: a body of faults alone would get an answer that is longer than itself."""

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


class TooSlow(CandorError):
    status, title, type = 408, "Too slow", "too-slow"


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


class HeadersTooLarge(CandorError):
    status, title, type = 431, "Headers too large", "headers-too-large"


class Unavailable(CandorError):
    status, title, type = 503, "Not available at the moment", "unavailable"
    default_headers = {"Retry-After": "5"}


def responses(*errors: type[CandorError]) -> dict[int | str, dict[str, Any]]:
    """What an endpoint declares as `responses=`, so that OpenAPI lists these errors as problem details."""
    return {error.status: {"description": error.title, "content": PROBLEM_CONTENT} for error in errors}


def install(app: FastAPI) -> None:
    """Make every error of an application a problem. Middleware that is added later sees answers, not exceptions."""
    for kind in (CandorError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, _respond)
    app.add_middleware(_LastResort)


def answer(error: CandorError) -> Response:
    """The response that tells a caller of an error."""
    kind, parts = f"urn:candor:problem:{error.type}", error.errors or None
    problem = Problem(type=kind, title=error.title, status=error.status, detail=error.detail, errors=parts)
    content = problem.model_dump(exclude_none=True)
    return JSONResponse(content, error.status, error.headers, media_type=CONTENT_TYPE)


def of_status(status: int, detail: str, headers: Words | None = None) -> CandorError:
    """The error that is answered with this status."""
    if kind := _BY_STATUS.get(status):
        return kind(detail, headers=headers)
    other, phrase = CandorError(detail, headers=headers), HTTPStatus(status).phrase
    other.status, other.title, other.type = status, phrase, phrase.lower().replace(" ", "-")
    return other


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


_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_BY_STATUS = {kind.status: kind for kind in CandorError.__subclasses__()}


async def _respond(request: Request, error: Exception) -> Response:
    return answer(_told(request, error))


def _told(request: Request, error: Exception) -> CandorError:
    match error:
        case CandorError():
            return error
        case RequestValidationError():
            return _invalid(error.errors())
        case HTTPException(status_code=405):
            return of_status(405, "This address takes other methods.", {"Allow": _allowed(request)})
        case HTTPException():
            return of_status(error.status_code, str(error.detail), error.headers)
        case ClientDisconnect():
            return BadRequest("The connection ended before the request did.")
    return _from_below(request, error)


def _allowed(request: Request) -> str:
    """All methods that an address takes; the router only says those of the first route that it came to."""

    def taken(method: str) -> bool:
        scope = {**request.scope, "method": method}
        return any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes)

    return ", ".join(filter(taken, _METHODS))


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
    parts = [_part(one["loc"], one["msg"]) for one in problems[:MOST_PARTS]]
    return Unprocessable("The request does not fit; `errors` says where.", errors=parts)


def _part(place: Sequence[str | int], message: str) -> dict[str, str]:
    where, *steps = place
    if where != "body":
        return {"detail": f"{where} {'.'.join(map(str, steps))}: {message}"}
    path = (quote(str(step).replace("~", "~0").replace("/", "~1"), safe="~") for step in steps)
    return {"detail": message, "pointer": "#" + "".join(f"/{step}" for step in path)}
