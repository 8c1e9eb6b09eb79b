"""Looking up what came in: where it stands, the bytes as they came, and the files that came along.

What strangers sent is never shown as a page of ours: it is a download, and even then without any rights.
"""

from functools import partial
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response

from candor_common.console import reads, works
from candor_common.errors import NotFound, responses
from candor_common.events import Channel
from candor_common.security import require
from candor_common.service import Runtime, runtime_of
from candor_intake import attachment_store, store
from candor_intake.attachment_store import Kept, Within
from candor_intake.reception import desk_of
from candor_intake.shapes import Status
from candor_intake.sources.mail_attachments import content_of

Served = Annotated[Runtime, Depends(runtime_of)]
Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
router = APIRouter(tags=["intake"])
_BYTES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The bytes", "content": {"application/octet-stream": {}}}
}


@router.get(
    "/v1/requests/{request_id}", responses=responses(NotFound), dependencies=[Depends(require("post"))]
)
async def get_request(request_id: UUID, runtime: Served) -> Status:
    """Where a request stands: the incident that it led to, and the status of that."""
    row = await runtime.database.read(lambda connection: store.request_by_id(connection, str(request_id)))
    if row is None:
        raise NotFound(f"There is no request {request_id}.")
    return Status.model_validate(dict(row))


@router.get(
    "/v1/requests/{request_id}/raw",
    responses={**_BYTES, **responses(NotFound)},
    response_class=Response,
    dependencies=[Depends(require("work"))],
)
async def get_raw(request_id: UUID, runtime: Served) -> Response:
    """The bytes as they came in, as a download."""
    return await _original(runtime, request_id)


@router.get(
    "/v1/attachments/{sha256}",
    responses={**_BYTES, **responses(NotFound)},
    response_class=Response,
    dependencies=[Depends(require("read"))],
)
async def get_attachment(sha256: Digest, runtime: Served) -> Response:
    """A file that came with a request, by its digest, as a download under the name that its sender gave it."""
    return await _attachment(runtime, sha256)


@router.get("/requests/{request_id}/original", include_in_schema=False, dependencies=[Depends(works)])
async def original(request_id: UUID, runtime: Served) -> Response:
    """The same as `/v1/requests/{request_id}/raw`, for people who have signed in."""
    return await _original(runtime, request_id)


@router.get("/attachments/{sha256}", include_in_schema=False, dependencies=[Depends(reads)])
async def file(sha256: Digest, runtime: Served) -> Response:
    """The same as `/v1/attachments/{sha256}`, for people who have signed in."""
    return await _attachment(runtime, sha256)


async def _original(runtime: Runtime, request_id: UUID) -> Response:
    found = await runtime.database.read(lambda connection: store.original_by_id(connection, str(request_id)))
    if found is None:
        raise NotFound(f"There is no request {request_id}.")
    name = found.reference or "original"
    return _download(found.raw, f"{name}.eml" if found.channel == Channel.MAIL else f"{name}.bin")


async def _attachment(runtime: Runtime, sha256: str) -> Response:
    found = await runtime.database.read(lambda connection: attachment_store.by_digest(connection, sha256))
    content: bytes | None = None
    match found:
        case Kept():
            content = found.content
        case Within(mail=raw):
            content = await desk_of(runtime).read(raw, partial(content_of, sha256=sha256))
    if found is None or content is None:
        raise NotFound("There is no such attachment.")
    return _download(content, found.name)


def _download(content: bytes, name: str) -> Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response(content, headers=headers, media_type="application/octet-stream")
