"""What the doors have in common: the desk behind them, how a sender is told what is wrong, and the receipts."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

from fastapi import Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from candor_common import telemetry
from candor_common.errors import BadRequest, Unprocessable, UnsupportedMedia
from candor_common.events import Channel
from candor_common.service import Runtime, runtime_of
from candor_intake import signal_store
from candor_intake.accept import Desk
from candor_intake.domain.fingerprint import fingerprint
from candor_intake.domain.inbound import BadPayload, Ignored, Inbound, Malformed, Signal
from candor_intake.domain.turns import Side, key_in_turn
from candor_intake.placed import Accepted, Posted
from candor_intake.shapes import Receipt
from candor_intake.sources.door import JSON


@asynccontextmanager
async def opened(runtime: Runtime) -> AsyncIterator[Desk]:
    """The desk behind the doors, as long as the service runs, and the door for mail where one is set."""
    settings = runtime.context.settings
    desk = Desk.over(runtime.database, settings.group_limit)
    if settings.smtp_listen is None:
        yield desk
        return
    # What only those need who set it; the start of the others does not wait for it.
    from candor_intake.smtp import listening  # noqa: PLC0415

    async with listening(desk, settings):
        yield desk


def desk_of(runtime: Runtime) -> Desk:
    """The desk that all doors of a process share."""
    desk: Desk = runtime.resources["intake"]
    return desk


def open_desk(request: Request) -> Desk:
    """The desk. Raises Unavailable while too much waits there."""
    desk = desk_of(runtime_of(request))
    desk.check_room()
    return desk


@contextmanager
def refusing(channel: Channel) -> Iterator[None]:
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


def as_posted(
    request: Request, channel: Channel, inbound: Inbound, raw: bytes, mark: str | None = None
) -> Posted:
    """What a door hands over. Of one that is ignored only the same bytes are a repeat."""
    return Posted(
        source=channel.value,
        channel=channel,
        inbound=inbound,
        dedup_key=fingerprint(raw) if isinstance(inbound, Ignored) else inbound.dedup_key,
        content_type=request.headers.get("content-type", ""),
        raw=raw,
        fingerprint=mark,
        traceparent=request.headers.get("traceparent"),
    )


async def in_turn(runtime: Runtime, posted: Sequence[Posted]) -> list[Posted]:
    """What one source posted, with keys by which signals that it tells alike are repeats only within their turn."""
    alike = [one.inbound for one in posted if isinstance(one.inbound, Signal) and one.inbound.told_alike]
    if not alike:
        return list(posted)
    source = posted[0].source
    last = await runtime.database.read(lambda connection: signal_store.last(connection, source, alike))
    return [_turned(one, last) for one in posted]


def _turned(posted: Posted, last: Mapping[Side, str]) -> Posted:
    if not isinstance(posted.inbound, Signal):
        return posted
    return replace(posted, dedup_key=key_in_turn(posted.inbound, last))


def receipt(runtime: Runtime, accepted: Accepted) -> Receipt:
    url = f"{runtime.context.settings.public_url}/v1/requests/{accepted.request_id}"
    return Receipt(request_id=accepted.request_id, reference=accepted.reference, status_url=url)


def receipt_response(runtime: Runtime, accepted: Accepted) -> Response:
    given = receipt(runtime, accepted)
    return Response(given.model_dump_json(), 202, {"Location": given.status_url}, JSON)
