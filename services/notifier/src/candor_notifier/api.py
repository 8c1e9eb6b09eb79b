"""The messages over HTTP: what was or will be sent to customers, and how far it came."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel

from candor_common.errors import NotFound, responses
from candor_common.events import Message
from candor_common.security import require
from candor_common.service import Runtime, runtime_of
from candor_notifier import store

Served = Annotated[Runtime, Depends(runtime_of)]
State = Literal["planned", "sent", "delayed", "refused", "withdrawn", "undelivered"]

router = APIRouter(prefix="/v1/messages", tags=["messages"], dependencies=[Depends(require("read"))])


class Messages(BaseModel):
    """The newest messages first."""

    messages: list[Message]


class Wanted(BaseModel):
    """Which messages to list."""

    incident: Annotated[str | None, Query(max_length=40, description="The incident's reference.")] = None
    state: State | None = None
    limit: Annotated[int, Query(ge=1, le=500)] = 100


@router.get("", summary="List messages")
async def listed(runtime: Served, wanted: Annotated[Wanted, Query()]) -> Messages:
    """Messages, the newest first. A delayed one says why, and when it is tried again."""
    found = await runtime.database.read(
        lambda connection: store.messages(connection, wanted.incident, wanted.state, wanted.limit)
    )
    return Messages(messages=found)


@router.get("/{identifier}", responses=responses(NotFound), summary="Show a message")
async def shown(runtime: Served, identifier: Annotated[str, Path(pattern="^[0-9a-f-]{1,36}$")]) -> Message:
    """One message as it stands."""
    found = await runtime.database.read(lambda connection: store.message_by_id(connection, identifier))
    if found is None:
        raise NotFound(f"There is no message {identifier}.")
    return found
