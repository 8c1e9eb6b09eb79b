"""PagerDuty's Events API v2: whoever can alert PagerDuty can alert us, and gets the answers that it expects."""

import hmac

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse

from candor_common import telemetry
from candor_common.errors import Unavailable
from candor_common.failures import is_unavailable
from candor_common.service import Runtime, runtime_of
from candor_intake import source_store
from candor_intake.accept import SMALL_BODY
from candor_intake.domain.inbound import BadPayload
from candor_intake.domain.source import Source
from candor_intake.hooks import delivered, posted_of
from candor_intake.reception import desk_of
from candor_intake.sources import pagerduty
from candor_intake.sources.pagerduty import Answer
from candor_intake.sources.registry import BY_NAME

DOOR = BY_NAME["pagerduty"]

router = APIRouter(tags=["hooks"])


@router.post(
    DOOR.path,
    status_code=DOOR.statuses.accepted,
    description=DOOR.doc,
    responses={400: {"description": "Will never be taken"}, 429: {"description": "To be sent again later"}},
    openapi_extra={"requestBody": {"content": {kind: {} for kind in DOOR.content_types}}},
)
async def enqueue(request: Request) -> JSONResponse:
    """Store an event. Clients send again after 429, and drop what got 400."""
    try:
        answer = await _answer(request)
    except Exception as error:
        if not isinstance(error, Unavailable) and not is_unavailable(error):
            raise
        answer = pagerduty.busy()
    return JSONResponse(answer.body, answer.status)


async def _answer(request: Request) -> Answer:
    runtime = runtime_of(request)
    desk = desk_of(runtime)
    desk.check_room()
    try:
        delivery = await delivered(request)
        event = await desk.read(delivery.body, pagerduty.parse, small=SMALL_BODY)
    except BadPayload as fault:
        return _refused(pagerduty.answer_to(fault))
    except HTTPException as fault:
        return _refused(pagerduty.refused([str(fault.detail)]))
    source = await source_of_key(runtime, event.routing_key)
    if source is None:
        return _refused(pagerduty.unknown_key())
    trace = request.headers.get("traceparent")
    await desk.take(posted_of(DOOR, source, delivery, event.inbound, trace))
    return pagerduty.accepted(event.dedup_key)


async def source_of_key(runtime: Runtime, routing_key: str) -> Source | None:
    """The source that has this key. It takes as long for every wrong key."""
    known = await runtime.database.read(lambda connection: source_store.of_kind(connection, DOOR.name))
    given = routing_key.encode("utf-8", "replace")
    matches = [one for one in known if hmac.compare_digest(one.material.secret.encode(), given)]
    return matches[0] if matches else None


def _refused(answer: Answer) -> Answer:
    telemetry.requests_refused.labels(DOOR.channel.value).inc()
    return answer
