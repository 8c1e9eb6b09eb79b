"""Events that could not be processed: listed, shown whole, replayed once the cause is mended, or given up for a reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, StringConstraints
from sqlalchemy import RowMapping

from candor_common import outbox, positions
from candor_common.consumer import Consumer
from candor_common.database import Transaction
from candor_common.errors import CandorError, Conflict, NotFound, responses
from candor_common.events import Envelope
from candor_common.security import require
from candor_common.service import Runtime, runtime_of
from candor_common.wire import Undecodable, decode

PASS = 100
"""How many events one call replays at most, so that it ends in time."""


_LARGEST = 2**63 - 1  # what a database can count
Number = Annotated[int, Path(ge=1, le=_LARGEST)]
After = Annotated[int, Query(ge=0, le=_LARGEST)]


class Parked(BaseModel):
    """An event that was set aside. `value` is its JSON text."""

    id: int
    service: str
    topic: str
    partition: int
    offset: int
    type: str | None
    event_id: str | None
    subject: str | None
    reason: str
    parked_at: datetime
    headers: dict[str, str]
    value: str


class Replayed(BaseModel):
    """The event that was processed after all."""

    id: int
    replayed_at: datetime


class Failure(BaseModel):
    """An event that stays parked, and why."""

    id: int
    reason: str


class ReplayedAll(BaseModel):
    """What became of the oldest events that waited. Ask again with `after` while there is a `next`."""

    replayed: int
    failed: list[Failure]
    next: int | None = None


class Reason(BaseModel):
    """Why an event is given up; kept with it."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


class Discarded(BaseModel):
    """How many events were given up."""

    discarded: int


def parked_router(service: str) -> APIRouter:
    """The endpoints for the events that one service set aside."""
    router = APIRouter(
        prefix=f"/v1/parked/{service}", tags=["operate"], dependencies=[Depends(require("operate"))]
    )

    @router.get("", summary="Events that were set aside")
    async def listed(
        runtime: Annotated[Runtime, Depends(runtime_of)],
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> list[Parked]:
        return [_parked(service, row) for row in await _waiting(runtime, service, limit)]

    @router.post("/{number}/replay", responses=responses(NotFound, Conflict), summary="Process it again")
    async def replayed(number: Number, request: Request) -> Replayed:
        consumer = _consumer(request, service)
        return await runtime_of(request).database.transact(lambda tx: _replay(tx, consumer, number))

    @router.post("/{number}/discard", responses=responses(NotFound), summary="Give it up")
    async def discarded(
        number: Number, reason: Reason, runtime: Annotated[Runtime, Depends(runtime_of)]
    ) -> Discarded:
        if not (given_up := await _discard(runtime, service, number, reason.reason)):
            raise NotFound(f"No event {number} waits to be replayed.")
        return Discarded(discarded=given_up)

    _add_for_all(router, service)
    return router


def _add_for_all(router: APIRouter, service: str) -> None:
    @router.post("/replay", summary="Process the oldest again, one by one")
    async def replayed_all(request: Request, after: After = 0) -> ReplayedAll:
        return await _replay_all(runtime_of(request), _consumer(request, service), after)

    @router.post("/discard", summary="Give all up")
    async def discarded_all(reason: Reason, runtime: Annotated[Runtime, Depends(runtime_of)]) -> Discarded:
        return Discarded(discarded=await _discard(runtime, service, None, reason.reason))


def _consumer(request: Request, service: str) -> Consumer:
    consumers: Sequence[Consumer] = request.app.state.assembly.consumers
    [consumer] = [one for one in consumers if one.name == service]
    return consumer


async def _waiting(runtime: Runtime, service: str, limit: int, after: int = 0) -> Sequence[RowMapping]:
    return await runtime.database.read(
        lambda connection: positions.parked(connection, service, limit=limit, after=after)
    )


async def _discard(runtime: Runtime, service: str, number: int | None, because: str) -> int:
    return await runtime.database.transact(
        lambda tx: positions.discard(tx.connection, service, number, because, tx.now)
    )


async def _replay_all(runtime: Runtime, consumer: Consumer, after: int) -> ReplayedAll:
    """Each in a transaction of its own, so that one that fails again holds up none."""
    rows = await _waiting(runtime, consumer.name, PASS, after)
    failed: list[Failure] = []
    for number in [int(row["id"]) for row in rows]:
        try:
            await runtime.database.transact(lambda tx, of=number: _replay(tx, consumer, of))  # type: ignore[misc]
        except CandorError as error:
            failed.append(Failure(id=number, reason=error.detail))
        except Exception as error:  # noqa: BLE001 - the caller must get an answer for each
            failed.append(Failure(id=number, reason=type(error).__name__))
    more = int(rows[-1]["id"]) if len(rows) == PASS else None
    return ReplayedAll(replayed=len(rows) - len(failed), failed=failed, next=more)


def _replay(transaction: Transaction, consumer: Consumer, number: int) -> Replayed:
    row = positions.parked_by_id(transaction.connection, consumer.name, number)
    if row is None or row["replayed_at"] is not None or row["discarded_at"] is not None:
        raise NotFound(f"No event {number} waits to be replayed.")
    envelope = _readable(row)
    if row["subscription"] == positions.RELAY:
        _publish(transaction, row, envelope)
    elif envelope is not None and not consumer.handles(envelope):
        raise Conflict(f"{consumer.name} does nothing about such an event; discard it with a reason.")
    elif envelope is not None:
        consumer.replay(transaction, envelope)
    positions.mark_replayed(transaction.connection, number, transaction.now)
    return Replayed(id=number, replayed_at=transaction.now)


def _readable(row: RowMapping) -> Envelope[Any] | None:
    try:
        return decode(row["headers"], row["value"])
    except Undecodable as error:
        raise Conflict(f"It can't be read: {error}. Publish a corrected event instead.") from error


def _publish(transaction: Transaction, row: RowMapping, envelope: Envelope[Any] | None) -> None:
    """Let the relay try an event again; its place in the outbox is its offset."""
    if not outbox.publish_again(transaction.connection, row["offset"]) and envelope is not None:
        outbox.append(transaction.connection, [envelope])


def _parked(service: str, row: RowMapping) -> Parked:
    headers: dict[str, str] = row["headers"]
    return Parked(
        id=row["id"],
        service=service,
        topic=row["topic"],
        partition=row["partition"],
        offset=row["offset"],
        type=headers.get("ce_type"),
        event_id=headers.get("ce_id"),
        subject=headers.get("ce_subject"),
        reason=row["reason"],
        parked_at=row["parked_at"],
        headers=headers,
        value=(row["value"] or b"").decode("utf-8", "replace"),
    )
