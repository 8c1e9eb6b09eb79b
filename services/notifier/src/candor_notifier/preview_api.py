"""The preview of a message over HTTP: JSON for a script and for other systems, a page for a form that was sent
without one. Pure rendering: nothing is stored, planned or sent."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError

from candor_common import console, web
from candor_common.console import Visitor
from candor_common.errors import (
    BadRequest,
    CandorError,
    Conflict,
    Forbidden,
    NotFound,
    Unauthorized,
    Unprocessable,
    UnsupportedMedia,
    responses,
)
from candor_common.service import Runtime, runtime_of
from candor_notifier.domain.drafted import Draft
from candor_notifier.preview import Foreseen, foreseen

MOST_FIELDS = 40
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_NOT_ECHOED = frozenset({"incident", "command"})

router = APIRouter(prefix="/v1/messages", tags=["messages"])
_templates = web.environment("candor_notifier")


class Preview(BaseModel):
    """What a customer would read. `subject` and `html` are empty on a channel that has none."""

    channel: str
    recipient: str
    language: str
    subject: str
    text: str
    html: str


async def drafting(request: Request) -> Visitor:
    """Whoever may give commands, with an API key or signed in to the console."""
    return console.admitted(request, "work")


@router.post(
    "/preview",
    response_model=Preview,
    responses=responses(
        BadRequest, Unauthorized, Forbidden, NotFound, Conflict, UnsupportedMedia, Unprocessable
    ),
    summary="Show what a customer would read",
    openapi_extra={
        "security": [{"HTTPBearer": []}, {"APIKeyHeader": []}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": Draft.model_json_schema()}},
        },
    },
)
async def previewed(request: Request, visitor: Annotated[Visitor, Depends(drafting)]) -> Response:
    """The message that an `update`, `ask`, `estimate`, `workaround` or `resolve` would send to the customer of an
    incident: the same rendering, in their language and zone. Nothing is stored or sent."""
    given = await _given(request)
    if _is_form(request):
        # No page of another site can make a browser send JSON here.
        console.check_form(request, visitor, str(given.get("csrf", "")))
    by_form = "text/html" in request.headers.get("accept", "") and _is_form(request)
    try:
        found = await _foreseen(runtime_of(request), given)
    except CandorError as error:
        if not by_form:
            raise
        return _page(given, None, error)
    return _page(given, found) if by_form else JSONResponse(_shown(found).model_dump(), headers=_NO_STORE)


_NO_STORE = {"Cache-Control": "no-store"}


async def _given(request: Request) -> dict[str, Any]:
    """The fields, of a form or of JSON. Raises UnsupportedMedia for what is neither, BadRequest for what is broken."""
    if _is_form(request):
        async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
            return {name: value for name, value in form.items() if isinstance(value, str)}
    if _kind(request) != "application/json":
        raise UnsupportedMedia("Send JSON, or a form.")
    try:
        given = await request.json()
    except (ValueError, RecursionError) as error:
        raise BadRequest("That is no JSON.") from error
    if not isinstance(given, dict):
        raise BadRequest("Send a JSON object.")
    return given


def _is_form(request: Request) -> bool:
    return _kind(request) in _FORMS


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _foreseen(runtime: Runtime, given: Mapping[str, Any]) -> Foreseen:
    try:
        draft = Draft.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        why = first["msg"].removeprefix("Value error, ")
        raise Unprocessable(f"`{where}`: {why}." if where else f"{why[0].upper()}{why[1:]}.") from error
    return await foreseen(runtime, draft)


def _shown(found: Foreseen) -> Preview:
    return Preview(
        channel=found.channel.value,
        recipient=found.recipient,
        language=found.language,
        subject=found.subject,
        text=found.text,
        html=found.html,
    )


def _page(given: Mapping[str, Any], found: Foreseen | None, error: CandorError | None = None) -> Response:
    """The step between writing and sending for a browser without script: it carries on what was written."""
    kept = {name: str(value) for name, value in given.items() if name not in _NOT_ECHOED}
    return web.console_page(
        _templates,
        "preview.html",
        error.status if error else 200,
        found=found,
        why=error.detail if error else "",
        action=f"/incidents/{given.get('incident', '')}/{given.get('command', '')}",
        kept=kept,
    )
