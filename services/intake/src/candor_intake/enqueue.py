"""PagerDuty's Events API v2: whoever can alert PagerDuty can alert us, and gets the answers that it expects."""

import hmac
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from candor_common import telemetry
from candor_common.errors import TooLarge, Unavailable, UnsupportedMedia
from candor_common.failures import is_unavailable
from candor_common.service import Runtime, runtime_of
from candor_intake import source_store
from candor_intake.accept import SMALL_BODY
from candor_intake.domain.inbound import BadPayload
from candor_intake.domain.source import Source
from candor_intake.hooks import body_of, delivered, posted_of
from candor_intake.reception import desk_of, in_turn
from candor_intake.shapes import PagerDutyAnswer
from candor_intake.sources import pagerduty
from candor_intake.sources.pagerduty import Answer, Event
from candor_intake.sources.registry import BY_NAME

DOOR = BY_NAME["pagerduty"]

AGAIN_AFTER = {"Retry-After": "5"}

Parse = Callable[[bytes], Event]
Accepted = Callable[[Event], Answer]
router = APIRouter(tags=["hooks"])
_documented: dict[str, Any] = {
    "status_code": DOOR.statuses.accepted,
    "responses": {
        400: {"description": "Will never be taken", "model": PagerDutyAnswer},
        429: {"description": "To be sent again later", "model": PagerDutyAnswer},
    },
    "response_model": PagerDutyAnswer,
    "openapi_extra": body_of(DOOR),
}


@router.post(DOOR.path, description=DOOR.doc, **_documented)
async def enqueue(request: Request) -> JSONResponse:
    """Store an event. Clients send again after 429, and drop what got 400."""
    return await _answered(request, pagerduty.parse, pagerduty.accepted)


@router.post("/v2/change/enqueue", **_documented)
async def enqueue_change(request: Request) -> JSONResponse:
    """Store a change event of PagerDuty's Events API v2. It sets nobody to work."""
    return await _answered(request, pagerduty.parse_change, pagerduty.change_accepted)


async def _answered(request: Request, parse: Parse, accepted: Accepted) -> JSONResponse:
    try:
        answer = await _answer(request, parse, accepted)
    except HTTPException as fault:
        never = fault.status_code in (TooLarge.status, UnsupportedMedia.status)
        answer = _refused(pagerduty.refused([str(fault.detail)])) if never else pagerduty.busy()
        return JSONResponse(answer.body, answer.status, fault.headers)
    except Exception as error:
        if not isinstance(error, Unavailable) and not is_unavailable(error):
            raise
        answer = pagerduty.busy()
        return JSONResponse(answer.body, answer.status, AGAIN_AFTER)
    return JSONResponse(answer.body, answer.status)


async def _answer(request: Request, parse: Parse, accepted: Accepted) -> Answer:
    runtime = runtime_of(request)
    desk = desk_of(runtime)
    desk.check_room()
    delivery = await delivered(request)
    try:
        event = await desk.read(delivery.body, parse, small=SMALL_BODY)
    except BadPayload as fault:
        return _refused(pagerduty.answer_to(fault))
    source = await source_of_key(runtime, event.routing_key)
    if source is None:
        return _refused(pagerduty.unknown_key())
    trace = request.headers.get("traceparent")
    [posted] = await in_turn(runtime, [posted_of(DOOR, source, delivery, event.inbound, trace)])
    await desk.take(posted)
    return accepted(event)


async def source_of_key(runtime: Runtime, routing_key: str) -> Source | None:
    """The source that has this key. It takes as long for every wrong key."""
    known = await runtime.database.read(lambda connection: source_store.of_kind(connection, DOOR.name))
    given = routing_key.encode("utf-8", "replace")
    matches = [one for one in known if hmac.compare_digest(one.material.secret.encode(), given)]
    return matches[0] if matches else None


def _refused(answer: Answer) -> Answer:
    telemetry.requests_refused.labels(DOOR.channel.value).inc()
    return answer
