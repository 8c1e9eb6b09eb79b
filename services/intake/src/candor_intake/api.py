"""The doors: every answer of 202 means that what came in is on the disk."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import Response

from candor_common import telemetry
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
from candor_common.security import Key, require
from candor_common.service import Runtime, runtime_of
from candor_intake import store
from candor_intake.accept import SMALL_BODY, USED_BEFORE, Accepted, Desk, Posted, conflicting
from candor_intake.domain.fingerprint import fingerprint
from candor_intake.domain.inbound import BadPayload, Ignored, Inbound, Malformed
from candor_intake.shapes import Receipt, Receipts, Refusal, Status
from candor_intake.sources import alertmanager, mail, rest

JSON = "application/json"
MAIL = ("message/rfc822", "application/octet-stream", "text/plain")


@asynccontextmanager
async def opened(runtime: Runtime) -> AsyncIterator[Desk]:
    """The desk behind the doors, as long as the service runs."""
    yield Desk.over(runtime.database, runtime.context.settings.group_limit)


_may_post = require("post")
Caller = Annotated[Key | None, Depends(_may_post)]


async def _desk(request: Request, _caller: Caller) -> Desk:
    desk: Desk = runtime_of(request).resources["intake"]
    desk.check_room()
    return desk


OpenDesk = Annotated[Desk, Depends(_desk)]

router = APIRouter(tags=["intake"])
_refusals = responses(BadRequest, TooLarge, UnsupportedMedia, Unprocessable, Unavailable)
_json_body = {"requestBody": {"content": {JSON: {"schema": {"type": "object"}}}, "required": True}}
_mail_body = {"requestBody": {"content": {MAIL[0]: {}}, "required": True}}


@router.post(
    "/v1/requests", status_code=202, responses=_refusals, response_model=Receipt, openapi_extra=_json_body
)
async def post_request(request: Request, caller: Caller, desk: OpenDesk) -> Response:
    """Post a request. It is stored before the answer; with an `Idempotency-Key`, a repeat gets the same answer."""
    with _refusing(Channel.REST):
        body, key = await _body(request, JSON), _idempotency_key(request)
        words = await desk.read(body, partial(rest.parse, dedup_key=key), small=SMALL_BODY)
        posted = _from_rest(request, caller, words, body, _mark(key, body))
        return _receipt_response(request, await desk.take(posted))


@router.post("/v1/requests/batch", status_code=202, responses=_refusals, openapi_extra=_json_body)
async def post_requests(request: Request, caller: Caller, desk: OpenDesk) -> Receipts:
    """Post up to 500 requests. One answer per request, in order; a bad one does not harm the others.

    After a 503 some of them may be stored: send the same body with the same `Idempotency-Key` again.
    """
    with _refusing(Channel.REST):
        body, key = await _body(request, JSON), _idempotency_key(request)
        parsed = await desk.read(body, partial(rest.parse_batch, dedup_key=key), small=SMALL_BODY)
        mark = _mark(key, body)
        items = [
            one if isinstance(one, BadPayload) else _from_rest(request, caller, one, body, mark)
            for one in parsed
        ]
        if key:
            await _check_unused(request, [one for one in items if isinstance(one, Posted)])
        return await _take_all(request, desk, items)


@router.post(
    "/v1/hooks/email/raw",
    status_code=202,
    responses=_refusals,
    response_model=Receipt,
    openapi_extra=_mail_body,
)
async def post_mail(
    request: Request,
    desk: OpenDesk,
    rcpt: Annotated[list[str] | None, Query(description="RCPT TO, where known")] = None,
    mail_from: Annotated[str | None, Query(description="MAIL FROM, where known")] = None,
) -> Response:
    """Post a mail as it is: a message of RFC 5322, byte by byte. A repeat of the same Message-ID changes nothing."""
    own = frozenset({runtime_of(request).context.settings.mail_from})
    parse = partial(mail.parse, own_addresses=own, recipients=tuple(rcpt or ()), envelope_sender=mail_from)
    with _refusing(Channel.MAIL):
        raw = await _body(request, *MAIL)
        read = await desk.read(raw, parse)
        return _receipt_response(request, await desk.take(_posted(request, Channel.MAIL, read, raw)))


@router.post("/v1/hooks/alertmanager", status_code=202, responses=_refusals, openapi_extra=_json_body)
async def post_alerts(request: Request, desk: OpenDesk) -> Receipts:
    """Alertmanager's webhook, version 4. One signal per alert; what it sends again changes nothing."""
    with _refusing(Channel.ALERT):
        body = await _body(request, JSON)
        signals = await desk.read(body, alertmanager.parse, small=SMALL_BODY)
        return await _take_all(request, desk, [_posted(request, Channel.ALERT, one, body) for one in signals])


@router.get("/v1/requests/{request_id}", responses=responses(NotFound), dependencies=[Depends(_may_post)])
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
    """The bytes as they came in. Always a download: what strangers sent is never shown as a page of ours."""
    raw = await runtime.database.read(lambda connection: store.raw_by_id(connection, str(request_id)))
    if raw is None:
        raise NotFound(f"There is no request {request_id}.")
    headers = {
        "Content-Disposition": "attachment; filename=original.bin",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(raw, headers=headers, media_type="application/octet-stream")


@contextmanager
def _refusing(channel: Channel) -> Iterator[None]:
    """Tell senders what is wrong with what they posted, and count it."""
    try:
        yield
    except BadPayload as fault:
        telemetry.requests_refused.labels(channel.value).inc()
        errors = [{"detail": fault.detail, "pointer": fault.pointer}]
        if isinstance(fault, Malformed):
            raise BadRequest(fault.detail, errors=errors) from fault
        raise Unprocessable("The body does not fit; `errors` says where.", errors=errors) from fault
    except (BadRequest, Unprocessable, UnsupportedMedia, HTTPException):
        telemetry.requests_refused.labels(channel.value).inc()
        raise


async def _body(request: Request, *allowed: str) -> bytes:
    given = request.headers.get("content-type", "")
    if given.partition(";")[0].strip().lower() not in allowed:
        raise UnsupportedMedia(f"Send it with `Content-Type: {allowed[0]}`.")
    return await request.body()


def _idempotency_key(request: Request) -> str:
    given = request.headers.get("idempotency-key")
    try:
        return "" if given is None else rest.idempotency_key(given)
    except BadPayload as fault:
        raise BadRequest(fault.detail) from fault


def _mark(key: str, body: bytes) -> str | None:
    return fingerprint(body) if key else None


def _posted(request: Request, channel: Channel, inbound: Inbound, raw: bytes) -> Posted:
    return Posted(
        source=channel.value,
        channel=channel,
        inbound=inbound,
        dedup_key=fingerprint(raw) if isinstance(inbound, Ignored) else inbound.dedup_key,
        content_type=request.headers.get("content-type", ""),
        raw=raw,
        traceparent=request.headers.get("traceparent"),
    )


def _from_rest(request: Request, caller: Key | None, words: Inbound, body: bytes, mark: str | None) -> Posted:
    """Keys are each sender's own, so that two senders that count from 1 do not meet."""
    posted = replace(_posted(request, Channel.REST, words, body), fingerprint=mark)
    return replace(posted, source=f"rest:{caller.id}") if caller else posted


async def _check_unused(request: Request, posts: Sequence[Posted]) -> None:
    """Raises Unprocessable when another batch had this key, before anything of this one is stored."""
    database = runtime_of(request).database
    if await database.read(lambda connection: conflicting(connection, posts)):
        raise Unprocessable(USED_BEFORE)


async def _take_all(request: Request, desk: Desk, items: Sequence[Posted | BadPayload]) -> Receipts:
    """Take each of several items. Raises Unprocessable when none of them can be used."""
    results = await asyncio.gather(*(_take(request, desk, one, index) for index, one in enumerate(items)))
    refused = [one for one in results if isinstance(one, Refusal)]
    if refused and len(refused) == len(results):
        errors = [one.model_dump() for one in refused]
        raise Unprocessable("None of the requests can be used; `errors` says why.", errors=errors)
    for _ in refused:
        telemetry.requests_refused.labels(Channel.REST.value).inc()
    return Receipts(results=results)


async def _take(request: Request, desk: Desk, item: Posted | BadPayload, index: int) -> Receipt | Refusal:
    if isinstance(item, BadPayload):
        return Refusal(detail=item.detail, pointer=item.pointer)
    try:
        return _receipt(request, await desk.take(item))
    except Unprocessable as refusal:
        return Refusal(detail=refusal.detail, pointer=f"#/requests/{index}")


def _receipt(request: Request, accepted: Accepted) -> Receipt:
    url = f"{runtime_of(request).context.settings.public_url}/v1/requests/{accepted.request_id}"
    return Receipt(request_id=accepted.request_id, reference=accepted.reference, status_url=url)


def _receipt_response(request: Request, accepted: Accepted) -> Response:
    receipt = _receipt(request, accepted)
    return Response(receipt.model_dump_json(), 202, {"Location": receipt.status_url}, JSON)
