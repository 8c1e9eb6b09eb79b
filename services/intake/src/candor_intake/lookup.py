"""Looking up what came in: where it stands, the bytes as they came, and the files that came along.

What strangers sent is never shown as a page of ours: it is a download, and even then without any rights.
"""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response

from candor_common.errors import NotFound, responses
from candor_common.security import require
from candor_common.service import Runtime, runtime_of
from candor_intake import attachment_store, store
from candor_intake.shapes import Status

router = APIRouter(tags=["intake"])


@router.get(
    "/v1/requests/{request_id}", responses=responses(NotFound), dependencies=[Depends(require("post"))]
)
async def get_request(request_id: UUID, runtime: Annotated[Runtime, Depends(runtime_of)]) -> Status:
    """Where a request stands: the incident that it led to, and the status of that."""
    row = await runtime.database.read(lambda connection: store.request_by_id(connection, str(request_id)))
    if row is None:
        raise NotFound(f"There is no request {request_id}.")
    return Status.model_validate(dict(row))


@router.get(
    "/v1/requests/{request_id}/raw", responses=responses(NotFound), dependencies=[Depends(require("work"))]
)
async def get_raw(request_id: UUID, runtime: Annotated[Runtime, Depends(runtime_of)]) -> Response:
    """The bytes as they came in, as a download."""
    raw = await runtime.database.read(lambda connection: store.raw_by_id(connection, str(request_id)))
    if raw is None:
        raise NotFound(f"There is no request {request_id}.")
    return _download(raw, "original.bin")


@router.get(
    "/v1/attachments/{sha256}", responses=responses(NotFound), dependencies=[Depends(require("read"))]
)
async def get_attachment(
    sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")],
    runtime: Annotated[Runtime, Depends(runtime_of)],
) -> Response:
    """A file that came with a request, by its digest, as a download under the name that its sender gave it."""
    kept = await runtime.database.read(lambda connection: attachment_store.by_digest(connection, sha256))
    if kept is None:
        raise NotFound("There is no such attachment.")
    return _download(kept.content, kept.name)


def _download(content: bytes, name: str) -> Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response(content, headers=headers, media_type="application/octet-stream")
