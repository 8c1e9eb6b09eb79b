"""Every incident as it stands, live, as server-sent events: for programs that have no Kafka.

Who comes without a place to go on from gets all incidents first, each as it is now, and then each that changes; who
names the last event that it got goes on there. What was missed is told once, as it has become. An incident may be told
again without having changed: its version says so.
"""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import StreamingResponse

from candor_common.events import Incident
from candor_common.security import require
from candor_common.service import Runtime
from candor_triage import board_store
from candor_triage.case import Served
from candor_triage.pages.stream import BACK, Look, Seen, events

PAGE = 1000
"""How many timeline entries one look takes. More than `BACK`, so that each look gets on."""

router = APIRouter(prefix="/v1/stream", dependencies=[Depends(require("read"))])


@router.get("/incidents", include_in_schema=False)  # OpenAPI has no words for an answer without an end
async def incidents(
    runtime: Served,
    since: Annotated[int, Query(ge=0, lt=10**18)] = 0,
    last_event_id: Annotated[str, Header(max_length=18)] = "",
) -> StreamingResponse:
    """Events `incident`, whose data is the snapshot as it is on the topics, from behind an event on that was got before."""
    first = int(last_event_id) if last_event_id.isdecimal() else since
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(events(looker(runtime), first), media_type="text/event-stream", headers=headers)


def looker(runtime: Runtime) -> Look:
    """A look for what has changed: one statement when nothing has."""

    async def look(last: int, told: frozenset[int]) -> Seen:
        found = await runtime.database.read(
            lambda connection: board_store.changed(connection, last - BACK, PAGE)
        )
        numbers = frozenset(number for number, _ in found)
        newest = max(numbers, default=last)
        ids = {id for number, id in found if number not in told}
        stands = await runtime.database.read(lambda connection: board_store.snapshots(connection, ids))
        return Seen(newest, numbers, _messages(newest, list(stands.values())), len(found) == PAGE)

    return look


def _messages(newest: int, stands: Sequence[Incident]) -> tuple[str, ...]:
    """Only the last one has the new number: who is cut off before it gets all of them again."""
    messages = [f"event: incident\ndata: {one.model_dump_json(exclude_none=True)}\n\n" for one in stands]
    return (*messages[:-1], *(f"id: {newest}\n{last}" for last in messages[-1:]))
