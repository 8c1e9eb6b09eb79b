"""The doors: every answer of 202 means that what came in is on the disk."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import Response

from candor_common import telemetry
from candor_common.door import Door
from candor_common.errors import (
    BadRequest,
    TooLarge,
    Unavailable,
    Unprocessable,
    UnsupportedMedia,
    responses,
)
from candor_common.events import Channel
from candor_common.keys import Key
from candor_common.openapi import body_schema
from candor_common.security import authorize, require
from candor_common.service import runtime_of
from candor_intake.accept import SMALL_BODY, USED_BEFORE, Desk, conflicting
from candor_intake.domain.fingerprint import fingerprint
from candor_intake.domain.inbound import BadPayload, Inbound
from candor_intake.placed import Posted
from candor_intake.reception import as_posted, in_turn, open_desk, receipt, receipt_response, refusing
from candor_intake.shapes import Receipt, Receipts, Refusal
from candor_intake.sources import alertmanager, mail, rest
from candor_intake.sources.door import JSON

MAIL = ("message/rfc822", "application/octet-stream", "text/plain")

_may_post = require("post")
Caller = Annotated[Key | None, Depends(_may_post)]


async def _desk(request: Request, _caller: Caller) -> Desk:
    return open_desk(request)


OpenDesk = Annotated[Desk, Depends(_desk)]

router = APIRouter(tags=["intake"])
_refusals = responses(BadRequest, TooLarge, UnsupportedMedia, Unprocessable, Unavailable)
_one_body = {"requestBody": {"content": {JSON: {"schema": body_schema(rest.Body)}}, "required": True}}
_many = {
    "type": "object",
    "required": ["requests"],
    "properties": {"requests": {"type": "array", "minItems": 1, "maxItems": rest.LARGEST_BATCH}},
}
_batch_body = {"requestBody": {"content": {JSON: {"schema": _many}}, "required": True}}
_json_body = {"requestBody": {"content": {JSON: {"schema": {"type": "object"}}}, "required": True}}
_mail_body = {"requestBody": {"content": {MAIL[0]: {}}, "required": True}}


async def _key_of_repeat(
    _key: Annotated[str | None, Header(alias="Idempotency-Key", description="A repeat has the same.")] = None,
) -> None:
    """Only documents the header, which is read as it came."""


async def post_request(request: Request) -> Response:
    """Post a request. It is stored before the answer; with an `Idempotency-Key`, a repeat gets the same answer."""
    caller, desk = authorize(request, "post"), open_desk(request)
    with refusing(Channel.REST):
        body, key = await _body(request, JSON), _idempotency_key(request)
        words = await desk.read(body, partial(rest.parse, dedup_key=key), small=SMALL_BODY)
        posted = _from_rest(request, caller, words, body, _mark(key, body))
        return receipt_response(runtime_of(request), await desk.take(posted))


router.add_api_route(
    "/v1/requests",
    post_request,
    methods=["POST"],
    status_code=202,
    responses=_refusals,
    response_model=Receipt,
    openapi_extra=_one_body,
    dependencies=[Depends(_may_post), Depends(_key_of_repeat)],
    route_class_override=Door,
)


@router.post(
    "/v1/requests/batch",
    status_code=202,
    responses=_refusals,
    openapi_extra=_batch_body,
    dependencies=[Depends(_key_of_repeat)],
)
async def post_requests(request: Request, caller: Caller, desk: OpenDesk) -> Receipts:
    """Post up to 500 requests. One answer per request, in order; a bad one does not harm the others.

    After a 503 some of them may be stored: send the same body with the same `Idempotency-Key` again.
    """
    with refusing(Channel.REST):
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
    with refusing(Channel.MAIL):
        raw = await _body(request, *MAIL)
        read = await desk.read(raw, parse)
        return receipt_response(
            runtime_of(request), await desk.take(as_posted(request, Channel.MAIL, read, raw))
        )


@router.post("/v1/hooks/alertmanager", status_code=202, responses=_refusals, openapi_extra=_json_body)
async def post_alerts(request: Request, desk: OpenDesk) -> Receipts:
    """Alertmanager's webhook, version 4. One signal per alert; what it sends again changes nothing."""
    with refusing(Channel.ALERT):
        body = await _body(request, JSON)
        signals = await desk.read(body, alertmanager.parse, small=SMALL_BODY)
        posted = [as_posted(request, Channel.ALERT, one, body) for one in signals]
        return await _take_all(request, desk, await in_turn(runtime_of(request), posted))


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


def _from_rest(request: Request, caller: Key | None, words: Inbound, body: bytes, mark: str | None) -> Posted:
    """Keys are each sender's own, so that two senders that count from 1 do not meet."""
    posted = as_posted(request, Channel.REST, words, body, mark)
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
        return receipt(runtime_of(request), await desk.take(item))
    except Unprocessable as refusal:
        return Refusal(detail=refusal.detail, pointer=f"#/requests/{index}")
