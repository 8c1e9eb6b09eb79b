"""The doors of signed senders. What they send is verified over its bytes, before anything of it is read."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.exceptions import HTTPException

from candor_common import telemetry
from candor_common.errors import (
    BadRequest,
    CandorError,
    NotFound,
    TooLarge,
    Unauthorized,
    Unavailable,
    Unprocessable,
    UnsupportedMedia,
    of_status,
    responses,
)
from candor_common.service import Runtime, runtime_of
from candor_intake import source_store
from candor_intake.accept import SMALL_BODY, Desk
from candor_intake.domain.fingerprint import fingerprint
from candor_intake.domain.inbound import Ignored, Inbound, Signal
from candor_intake.domain.inbound import Request as Words
from candor_intake.domain.source import Source
from candor_intake.placed import Accepted, Posted
from candor_intake.reception import desk_of, receipt_response, refusing
from candor_intake.shapes import Receipt
from candor_intake.sources.door import JSON, Door
from candor_intake.sources.signed import SIGNED, SignedDoor
from candor_intake.sources.slack import Challenge
from candor_intake.verify.delivery import Delivery, NotGenuine

NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
"""Twilio takes any other text for words to be said or sent to the customer."""

router = APIRouter(tags=["hooks"])
log = structlog.get_logger(__name__)


async def post_hook(request: Request, one: SignedDoor, source: str) -> Response:
    """Store what the provider tells; a repeat changes nothing."""
    runtime, door = runtime_of(request), one.door
    with telling(door, source):
        desk = desk_of(runtime)
        desk.check_room()
        known = await source_of(runtime, door.name, source)
        delivery = await delivered(request)
        read = await genuine(desk, one, known, delivery)
        if isinstance(read, Challenge):
            return PlainTextResponse(read.text)
        trace = request.headers.get("traceparent")
        accepted = await desk.take(posted_of(door, known, delivery, read, trace))
        return _answer(runtime, door, accepted)


async def source_of(runtime: Runtime, kind: str, identifier: str) -> Source:
    """A source of that kind that is in use. Raises NotFound."""
    found = await runtime.database.read(lambda connection: source_store.by_id(connection, identifier))
    if found is None or found.kind != kind:
        raise NotFound("There is no such source; `candor source list` shows the addresses.")
    return found


async def delivered(request: Request) -> Delivery:
    """What came, as it came, with the address that the provider knows."""
    runtime, query = runtime_of(request), request.scope["query_string"].decode("latin-1")
    address = f"{runtime.context.settings.public_url}{request.url.path}"
    url = f"{address}?{query}" if query else address
    return Delivery(dict(request.headers), await request.body(), runtime.clock.now(), url)


async def genuine(
    desk: Desk, one: SignedDoor, source: Source, delivery: Delivery
) -> Words | Ignored | Challenge:
    """What a delivery says. Raises NotGenuine, and BadPayload for what can't be read."""
    one.verify(delivery, source)
    return await desk.read(delivery.body, lambda body: one.parse(body, source), small=SMALL_BODY)


def posted_of(
    door: Door, source: Source, delivery: Delivery, inbound: Inbound, traceparent: str | None = None
) -> Posted:
    """What the desk gets; ids are each source's own."""
    known_by = inbound.dedup_key if isinstance(inbound, Words | Signal) else fingerprint(delivery.body)
    return Posted(
        source=f"hook:{source.id}",
        channel=door.channel,
        inbound=inbound,
        dedup_key=known_by,
        content_type=delivery.headers.get("content-type", ""),
        raw=delivery.body,
        traceparent=traceparent,
        vouched=door.vouches,
    )


@contextmanager
def telling(door: Door, source: str) -> Iterator[None]:
    """Refuse in the way that makes the provider stop; what is only not possible now, it is to send again."""
    try:
        with refusing(door.channel):
            yield
    except NotGenuine as fault:
        telemetry.requests_refused.labels(door.channel.value).inc()
        log.warning("not_genuine", door=door.name, source=source, why=fault.reason)
        raise Unauthorized(
            "This was not signed with the secret of the source.", headers=door.refusal_headers
        ) from fault
    except HTTPException as fault:
        if fault.status_code not in (TooLarge.status, UnsupportedMedia.status):
            raise
        headers = {**(fault.headers or {}), **door.refusal_headers}
        raise of_status(fault.status_code, str(fault.detail), headers) from fault
    except CandorError as fault:
        if fault.status < Unavailable.status:
            fault.headers.update(door.refusal_headers)
        raise


def _answer(runtime: Runtime, door: Door, accepted: Accepted) -> Response:
    if door.name.startswith("twilio-"):
        return Response(NOTHING_TO_SAY, media_type="text/xml")
    if door.statuses.accepted == Response().status_code:
        return Response()
    return receipt_response(runtime, accepted)


def _endpoint(one: SignedDoor) -> Callable[..., Awaitable[Response]]:
    async def endpoint(request: Request, source: str) -> Response:
        return await post_hook(request, one, source)

    return endpoint


def body_of(door: Door) -> dict[str, Any]:
    """How the body that a door takes is documented."""
    shape = {JSON: {"schema": {"type": "object"}}}
    return {"requestBody": {"content": {kind: shape.get(kind, {}) for kind in door.content_types}}}


# What is answered with 200; 202 is a receipt.
_OK: dict[str, dict[int | str, dict[str, Any]]] = {
    "text/xml": {200: {"description": "Stored", "content": {"text/xml": {}}}},
    "text/plain": {200: {"description": "Stored; or the challenge", "content": {"text/plain": {}}}},
}


def _documented(door: Door) -> dict[str, Any]:
    refusals = responses(BadRequest, Unauthorized, NotFound, TooLarge, Unprocessable, Unavailable)
    if door.statuses.accepted != Response().status_code:
        return {"responses": refusals, "response_model": Receipt}
    kind = "text/xml" if door.name.startswith("twilio-") else "text/plain"
    return {"responses": {**_OK[kind], **refusals}, "response_class": Response}


for _one in SIGNED.values():
    router.add_api_route(
        _one.door.path,
        _endpoint(_one),
        methods=["POST"],
        name=f"hook_{_one.door.name.replace('-', '_')}",
        description=_one.door.doc,
        status_code=_one.door.statuses.accepted,
        openapi_extra=body_of(_one.door),
        **_documented(_one.door),
    )
