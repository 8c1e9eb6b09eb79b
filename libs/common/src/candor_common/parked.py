"""Events that could not be processed: listed, shown whole, and replayed once the cause is mended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from sqlalchemy import RowMapping

from candor_common import positions
from candor_common.consumer import Consumer
from candor_common.database import Transaction
from candor_common.errors import Conflict, NotFound, responses
from candor_common.security import require
from candor_common.service import Runtime, runtime_of
from candor_common.wire import Undecodable, decode


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
        rows: Sequence[RowMapping] = await runtime.database.read(
            lambda connection: positions.parked(connection, service, limit=limit)
        )
        return [_parked(service, row) for row in rows]

    @router.post("/{number}/replay", responses=responses(NotFound, Conflict), summary="Process it again")
    async def replayed(number: int, request: Request) -> Replayed:
        runtime = runtime_of(request)
        consumers: Sequence[Consumer] = request.app.state.assembly.consumers
        [consumer] = [one for one in consumers if one.name == service]
        return await runtime.database.transact(lambda tx: _replay(tx, consumer, number))

    return router


def _replay(transaction: Transaction, consumer: Consumer, number: int) -> Replayed:
    row = positions.parked_by_id(transaction.connection, consumer.name, number)
    if row is None or row["replayed_at"] is not None:
        raise NotFound(f"No event {number} waits to be replayed.")
    try:
        envelope = decode(row["headers"], row["value"])
    except Undecodable as error:
        raise Conflict(f"It can't be read: {error}. Publish a corrected event instead.") from error
    if envelope is not None:
        consumer.replay(transaction, envelope)
    positions.mark_replayed(transaction.connection, number, transaction.now)
    return Replayed(id=number, replayed_at=transaction.now)


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
