"""The incidents over HTTP: the board, one incident with its timeline, and the commands.

A reference that leads to another incident is answered with that incident, everywhere: people keep using the one
reference that they were given. `Content-Location` names the incident's own address. An incident that was merged into
another stays to be read; it takes no commands, and names the one that goes on.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import Connection

from candor_common.errors import BadRequest, NotFound, responses
from candor_common.security import require
from candor_triage import commands, paging, store, timeline_store
from candor_triage.case import Reference, Served, found, headers_of
from candor_triage.domain.life import allowed
from candor_triage.shapes import Board, IncidentView, Line, Wanted

TIMELINE_LIMIT = 500
"""How many entries of a timeline are shown at most: the last ones."""

reads = APIRouter(prefix="/v1/incidents", tags=["incidents"], dependencies=[Depends(require("read"))])


@reads.get("", responses=responses(BadRequest), summary="List incidents")
async def listed(runtime: Served, wanted: Annotated[Wanted, Query()]) -> Board:
    """Incidents, the newest first."""
    place = paging.place_of(wanted.cursor) if wanted.cursor else None
    chosen = store.Filter(
        wanted.status, wanted.team, wanted.priority, wanted.lane, wanted.owner, wanted.unsure
    )
    one_more = wanted.limit + 1
    rows = await runtime.database.read(lambda connection: store.page(connection, chosen, place, one_more))
    shown = rows[: wanted.limit]
    return Board(incidents=shown, next=paging.cursor_behind(shown[-1]) if len(rows) > len(shown) else None)


@reads.get("/{reference}", responses=responses(NotFound), summary="Show an incident")
async def shown(reference: Reference, runtime: Served, response: Response) -> IncidentView:
    """An incident and its history. `ETag` is the version that commands need as `If-Match`."""
    view = await runtime.database.read(lambda connection: _view(connection, reference))
    response.headers.update(headers_of(view.incident))
    return view


router = APIRouter()
router.include_router(reads)
router.include_router(commands.works)


def _view(connection: Connection, reference: str) -> IncidentView:
    incident = found(store.led_to(connection, reference), reference)
    entries = timeline_store.timeline_of(connection, incident.id, TIMELINE_LIMIT)
    lines = [Line(at=one.at, kind=one.kind, actor=one.actor, text=one.text) for one in entries]
    return IncidentView(incident=incident, allowed=allowed(incident), timeline=lines)
