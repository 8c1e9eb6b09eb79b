"""Reading promises over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from sqlalchemy import Connection

from candor_common.errors import NotFound, responses
from candor_common.events import Promise
from candor_common.security import require
from candor_common.service import Runtime, runtime_of
from candor_sla_timer import store
from candor_sla_timer.domain.explanation import Explanation, explain
from candor_sla_timer.store import Book, Wanted

router = APIRouter(tags=["promises"], dependencies=[Depends(require("read"))])
RuntimeOf = Annotated[Runtime, Depends(runtime_of)]


class Promises(BaseModel):
    """A page of promises, the earliest due first."""

    items: list[Promise]
    next: str | None = None
    """What to give as `after` for the next page; nothing on the last one."""


@router.get("/v1/promises", summary="Promises, the earliest due first")
async def get_promises(wanted: Annotated[Wanted, Query()], runtime: RuntimeOf) -> Promises:
    """All filters must hold. Times are in UTC."""
    found = await runtime.database.read(lambda connection: store.find(connection, wanted))
    full = len(found) == wanted.limit
    return Promises(items=found, next=found[-1].id if full else None)


@router.get("/v1/promises/{promise_id}", responses=responses(NotFound), summary="One promise")
async def get_promise(promise_id: str, runtime: RuntimeOf) -> Promise:
    """The promise as it stands, with the version of its last event."""
    found = await runtime.database.read(lambda connection: store.by_id(connection, promise_id))
    if found is None:
        raise NotFound(f"There is no promise {promise_id!r}.")
    return found


@router.get(
    "/v1/promises/{promise_id}/explain",
    responses=responses(NotFound),
    summary="Why a promise is due when it is",
)
async def explain_promise(promise_id: str, runtime: RuntimeOf) -> Explanation:
    """The arithmetic in English words, and a strip that shows when its clock ran, stood still or was overrun."""

    def look(connection: Connection) -> tuple[Promise, Book] | None:
        promise = store.by_id(connection, promise_id)
        if promise is None:
            return None
        return promise, store.books(connection, [promise.incident_id])[promise.incident_id]

    found = await runtime.database.read(look)
    if found is None:
        raise NotFound(f"There is no promise {promise_id!r}.")
    promise, book = found
    return explain(book.history, promise, runtime.clock.now(), runtime.context.charter.zone)
