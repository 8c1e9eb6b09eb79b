"""Reading promises over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from candor_common.errors import NotFound, responses
from candor_common.events import Promise
from candor_common.security import require
from candor_common.service import Runtime, runtime_of
from candor_sla_timer import store
from candor_sla_timer.store import Wanted

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
