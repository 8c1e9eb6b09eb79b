"""The wall of promises: what was kept, what is at risk, what was missed and why."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, StringConstraints
from sqlalchemy import Connection

from candor_common import console, web
from candor_common.console import Visitor
from candor_common.database import Transaction
from candor_common.errors import NotFound
from candor_common.events import PromiseState
from candor_common.service import runtime_of
from candor_triage import board_store, follow_up_view, promise_view, said, wall
from candor_triage.domain.board import FOLLOWED_UP, Pledge
from candor_triage.pages.frame import clock, page
from candor_triage.said import Miss
from candor_triage.shapes import Words

MOST_DUE = 20
MOST_MISSES = 50
LOOK_BACK = timedelta(days=30)

router = APIRouter(prefix="/promises")
Reader = Annotated[Visitor, Depends(console.reads)]
Worker = Annotated[Visitor, Depends(console.works)]


@router.get("")
async def shown(request: Request, visitor: Reader) -> Response:
    """Big numbers, the next due, and the misses with what their leads say."""
    here = clock(request)
    values = await runtime_of(request).database.read(
        lambda connection: _read(connection, here.now, here.midnight)
    )
    charter = runtime_of(request).context.charter
    return page(request, visitor, "promises.html", team_of=charter.team, **values)


class Said(BaseModel):
    """What a lead says about a miss."""

    cause: Words
    measure: Words
    by: Annotated[Words, StringConstraints(max_length=200)]
    csrf: str = ""


@router.post("/{promise_id}/miss")
async def explained(
    request: Request,
    promise_id: Annotated[str, Path(pattern="^[A-Za-z0-9:._-]{1,64}$")],
    visitor: Worker,
    words: Annotated[Said, Form()],
) -> Response:
    """Keep why a promise was missed and what is done about it."""
    console.check_form(request, visitor, words.csrf)
    await runtime_of(request).database.transact(lambda transaction: _explain(transaction, promise_id, words))
    return RedirectResponse(f"/promises#miss-{promise_id}", 303, web.CONSOLE_HEADERS)


def _explain(transaction: Transaction, promise_id: str, words: Said) -> None:
    promise = promise_view.by_id(transaction.connection, promise_id)
    if promise is None or promise.state is not PromiseState.BREACHED:
        raise NotFound("There is no such missed promise.")
    explained = Miss(promise, words.cause, words.measure, words.by)
    said.explain(transaction.connection, explained, transaction.now)


def _read(connection: Connection, now: datetime, midnight: datetime) -> dict[str, Any]:
    found = wall.groups(connection, now - LOOK_BACK, now)
    due = _due(connection, now)
    at_risk, follow_ups = promise_view.at_risk(connection, now)
    misses = said.missed(connection, now - LOOK_BACK, MOST_MISSES)
    ids = {one.incident_id for one in due} | {one.promise.incident_id for one in misses}
    return {
        "at_risk": at_risk,
        "today": _ended(connection, midnight),
        "week": _ended(connection, now - timedelta(days=7)),
        "sides": {side: wall.by(side, found) for side in wall.SIDES},
        "due": due,
        "followed_up": FOLLOWED_UP,
        "follow_ups": follow_ups,
        "misses": sorted(misses, key=lambda one: one.cause is not None),
        "unexplained": sum(one.cause is None for one in misses),
        "titles": board_store.titles(connection, ids) if ids else {},
    }


def _due(connection: Connection, now: datetime) -> list[Pledge]:
    """What is due next. A follow-up that was missed is still to be done, so that it stays until it is."""
    late = [
        Pledge(one.id, one.incident_id, one.kind, PromiseState.BREACHED, True, one.due_at, one.due_at)
        for one in follow_up_view.overdue(connection, now, MOST_DUE)
    ]
    told = {(one.incident_id, one.kind) for one in late}
    ahead = promise_view.next_due(connection, MOST_DUE)
    return [*late, *(one for one in ahead if (one.incident_id, one.kind) not in told)][:MOST_DUE]


def _ended(connection: Connection, since: datetime) -> dict[str, int]:
    found = promise_view.counts(connection, since)
    kept = sum(one.number for one in found if one.state is PromiseState.KEPT)
    missed = sum(one.number for one in found if one.state is PromiseState.BREACHED)
    return {"kept": kept, "missed": missed}
