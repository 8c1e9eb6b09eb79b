"""The doors: every answer of 2xx means that what came in is on the disk."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from candor_common.errors import (
    BadRequest,
    NotFound,
    TooLarge,
    Unavailable,
    Unprocessable,
    UnsupportedMedia,
    responses,
)
from candor_common.events import Channel
from candor_common.group_commit import GroupCommit
from candor_common.security import require
from candor_common.service import Runtime, runtime_of
from candor_intake import store
from candor_intake.accept import Accepted, Posted, accept, new_request_id
from candor_intake.domain.fingerprint import fingerprint
from candor_intake.domain.inbound import BadPayload, Inbound
from candor_intake.sources import alertmanager, mail, rest

MOST_WAITING = 5_000
"""Posts that may wait for the disk; beyond that a sender is told to come back later."""
PARSERS = 4
"""How many mails are taken apart at a time, off the event loop."""


class Receipt(BaseModel):
    """What the sender of a request gets: the reference that customer and team use from now on."""

    request_id: str
    reference: str | None
    """None when the message was ignored, as our own mail that comes back is."""
    status_url: str


class Receipts(BaseModel):
    """One answer per item, in order: a receipt, or what was wrong with it."""

    results: list[Receipt | dict[str, object]]


class Status(BaseModel):
    """Where a request stands. `incident` is the reference that it leads to, once it is known."""

    request_id: str
    reference: str | None
    channel: str
    received_at: datetime
    incident: str | None
    incident_status: str | None
    ignored_because: str | None


@dataclass(frozen=True, slots=True)
class Desk:
    """What the doors share."""

    group: GroupCommit[Posted, Accepted]
    parsers: asyncio.Semaphore

    async def take(self, posted: Posted) -> Accepted:
        if len(self.group) >= MOST_WAITING:
            raise Unavailable("Too many requests wait to be stored; send it again in a few seconds.")
        accepted = await self.group.add(posted)
        if accepted.conflicting:
            raise Unprocessable("This Idempotency-Key was used before with another body; use a new key.")
        return accepted


@asynccontextmanager
async def opened(runtime: Runtime) -> AsyncIterator[Desk]:
    limit = runtime.context.settings.group_limit
    yield Desk(GroupCommit(runtime.database, accept, limit=limit), asyncio.Semaphore(PARSERS))


router = APIRouter(tags=["intake"])
_posting = [Depends(require("post"))]
_refusals = responses(BadRequest, TooLarge, UnsupportedMedia, Unprocessable, Unavailable)
_json_body = {"content": {"application/json": {"schema": {"type": "object"}}}, "required": True}


def _desk(request: Request) -> Desk:
    desk: Desk = runtime_of(request).resources["intake"]
    return desk


def _receipt(request: Request, accepted: Accepted) -> Receipt:
    url = f"{runtime_of(request).context.settings.public_url}/v1/requests/{accepted.request_id}"
    return Receipt(request_id=accepted.request_id, reference=accepted.reference, status_url=url)


def _receipt_response(request: Request, accepted: Accepted) -> Response:
    receipt = _receipt(request, accepted)
    return Response(
        receipt.model_dump_json(), 202, {"Location": receipt.status_url}, media_type="application/json"
    )


def _content_type(request: Request, *allowed: str) -> str:
    given = request.headers.get("content-type", "")
    if given.partition(";")[0].strip().lower() not in allowed:
        raise UnsupportedMedia(f"Send it as {allowed[0]}.")
    return given


def _problem(fault: BadPayload) -> dict[str, object]:
    return {"detail": fault.detail, "pointer": fault.pointer}


def _unprocessable(fault: BadPayload) -> Unprocessable:
    return Unprocessable(
        "The body does not fit; `errors` says where.",
        errors=[{"detail": fault.detail, "pointer": fault.pointer}],
    )


def _posted(
    request: Request, channel: Channel, inbound: Inbound, dedup_key: str, raw: bytes | None
) -> Posted:
    return Posted(
        source=channel.value,
        channel=channel,
        inbound=inbound,
        dedup_key=dedup_key,
        content_type=request.headers.get("content-type", ""),
        raw=raw,
        request_id=new_request_id(),
        traceparent=request.headers.get("traceparent"),
    )


def _key(request: Request) -> str:
    given = request.headers.get("idempotency-key")
    try:
        return rest.idempotency_key(given) if given is not None else ""
    except BadPayload as fault:
        raise BadRequest(fault.detail) from fault


@router.post(
    "/v1/requests",
    status_code=202,
    response_model=Receipt,
    responses=_refusals,
    dependencies=_posting,
    openapi_extra={"requestBody": _json_body},
    summary="Post a request",
)
async def post_request(request: Request) -> Response:
    """Stored before the answer. With an `Idempotency-Key`, a repeat gets the same answer."""
    _content_type(request, "application/json")
    body, key = await request.body(), _key(request)
    try:
        parsed = rest.parse(body, dedup_key=key)
    except BadPayload as fault:
        raise _unprocessable(fault) from fault
    posted = _posted(request, Channel.REST, parsed, key, body)
    return _receipt_response(request, await _desk(request).take(_identified(posted, body)))


def _identified(posted: Posted, body: bytes) -> Posted:
    return replace(posted, fingerprint=fingerprint(body)) if posted.dedup_key else posted


@router.post(
    "/v1/requests/batch",
    status_code=202,
    responses=_refusals,
    dependencies=_posting,
    openapi_extra={"requestBody": _json_body},
    summary="Post up to 500 requests",
)
async def post_requests(request: Request) -> Receipts:
    """One answer per request, in order; a bad one does not harm the others."""
    _content_type(request, "application/json")
    body, key = await request.body(), _key(request)
    try:
        parsed = rest.parse_batch(body, dedup_key=key)
    except BadPayload as fault:
        raise _unprocessable(fault) from fault
    posts = [
        _identified(_posted(request, Channel.REST, one, one.dedup_key, body), body)
        for one in parsed
        if not isinstance(one, BadPayload)
    ]
    taken = iter(await _take_all(request, _sharing_bytes(posts)))
    return Receipts(results=[_problem(one) if isinstance(one, BadPayload) else next(taken) for one in parsed])


def _sharing_bytes(posts: Sequence[Posted]) -> list[Posted]:
    """Posts out of one body: the first keeps the bytes, the others point at it."""
    return [*posts[:1], *(replace(one, raw=None, raw_in=posts[0].request_id) for one in posts[1:])]


async def _take_all(request: Request, posts: Sequence[Posted]) -> list[Receipt | dict[str, object]]:
    desk = _desk(request)
    taken = await asyncio.gather(*(desk.take(one) for one in posts), return_exceptions=True)
    results: list[Receipt | dict[str, object]] = []
    for one in taken:
        if isinstance(one, Unprocessable):
            results.append({"detail": one.detail})
        elif isinstance(one, BaseException):
            raise one
        else:
            results.append(_receipt(request, one))
    return results


@router.get(
    "/v1/requests/{request_id}",
    responses=responses(NotFound),
    dependencies=_posting,
    summary="Where a request stands",
)
async def get_request(request_id: str, runtime: Annotated[Runtime, Depends(runtime_of)]) -> Status:
    """The incident that a request led to, and how it stands."""
    row = await runtime.database.read(lambda connection: store.request_by_id(connection, request_id))
    if row is None:
        raise NotFound(f"There is no request {request_id!r}.")
    values = dict(row)
    return Status(incident=values.pop("incident_id"), incident_status=values.pop("status"), **values)


@router.get(
    "/v1/requests/{request_id}/raw",
    responses=responses(NotFound),
    dependencies=[Depends(require("work"))],
    summary="The bytes as they came in",
)
async def get_raw(request_id: str, runtime: Annotated[Runtime, Depends(runtime_of)]) -> Response:
    """Always a download: what strangers sent is never shown as a page of ours."""
    found = await runtime.database.read(lambda connection: store.raw_by_id(connection, request_id))
    if found is None:
        raise NotFound(f"There is no request {request_id!r}.")
    headers = {
        "Content-Disposition": "attachment; filename=original.bin",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(found[1], headers=headers, media_type="application/octet-stream")


@router.post(
    "/v1/hooks/email/raw",
    status_code=202,
    response_model=Receipt,
    responses=_refusals,
    dependencies=_posting,
    openapi_extra={"requestBody": {"content": {"message/rfc822": {}}, "required": True}},
    summary="Post a mail as it is",
)
async def post_mail(
    request: Request,
    rcpt: Annotated[list[str] | None, Query(description="RCPT TO, where known")] = None,
    mail_from: Annotated[str | None, Query(description="MAIL FROM, where known")] = None,
) -> Response:
    """A message of RFC 5322, byte by byte. A repeat of the same Message-ID changes nothing."""
    _content_type(request, "message/rfc822", "application/octet-stream", "text/plain")
    raw, desk = await request.body(), _desk(request)
    own = frozenset({runtime_of(request).context.settings.mail_from})
    try:
        async with desk.parsers:
            parsed = await asyncio.to_thread(
                mail.parse, raw, own_addresses=own, recipients=tuple(rcpt or ()), envelope_sender=mail_from
            )
    except BadPayload as fault:
        raise _unprocessable(fault) from fault
    key = getattr(parsed, "dedup_key", "")
    return _receipt_response(request, await desk.take(_posted(request, Channel.MAIL, parsed, key, raw)))


@router.post(
    "/v1/hooks/alertmanager",
    responses=_refusals,
    dependencies=_posting,
    openapi_extra={"requestBody": _json_body},
    summary="Alertmanager webhook, version 4",
)
async def post_alerts(request: Request) -> Response:
    """One signal per alert. Alertmanager repeats what is answered with 5xx, so a full queue answers 503."""
    body = await request.body()
    try:
        signals = alertmanager.parse(body)
    except BadPayload as fault:
        raise _unprocessable(fault) from fault
    posts = [_posted(request, Channel.ALERT, one, one.dedup_key, body) for one in signals]
    taken = await _take_all(request, _sharing_bytes(posts))
    return JSONResponse({"accepted": len(taken)})
