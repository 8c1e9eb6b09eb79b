"""The board, live: rows that change, as server-sent events; and for the page of an incident, that it has changed. A
connection that was lost is taken up where it ended.

The number of an event is that of the newest timeline entry behind it. With several writers a lower number may be
committed after a higher one, so each look goes some numbers back and remembers what it has told; a row that is told
twice is the same row.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request
from fastapi.responses import StreamingResponse

from candor_common import console
from candor_common.errors import NotFound
from candor_common.service import Runtime, runtime_of
from candor_triage import board_store, board_view, timeline_store
from candor_triage.board_view import Row
from candor_triage.domain.board import Choice
from candor_triage.pages.board import Asked
from candor_triage.pages.frame import clock, templates
from candor_triage.pages.numbers import Numbers
from candor_triage.words import TEXT

EVERY = 1.0
"""Seconds between two looks."""
QUIET = 15.0
"""Seconds after which a line is sent so that nothing between takes the connection for dead."""
BACK = 500
"""How many numbers each look goes back."""
MOST = 2000
"""How many entries one look takes; who is further behind gets the page anew."""

router = APIRouter()
Render = Callable[[str, Row | None], str]
Look = Callable[[int, frozenset[int]], Awaitable["Seen"]]


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look found: rows to tell, and how far it went."""

    last: int
    told: frozenset[int]
    messages: tuple[str, ...] = field(default=())
    more: bool = False
    """Whether there is more to be found at once."""


@router.get("/v1/stream/board")
async def stream(
    request: Request,
    asked: Annotated[Asked, Query()],
    since: Annotated[int, Query(ge=0, lt=10**18)] = 0,
    last_event_id: Annotated[str, Header(max_length=18)] = "",
) -> StreamingResponse:
    """Events `row` (a row is new or another), `numbers` (what is counted above them) and `reload` (too much was missed).
    Needs the scope `read`."""
    visitor = console.admitted(request, "read")
    first = int(last_event_id) if last_event_id.isdecimal() else since
    return _streamed(looker(request, asked.choice(visitor), visitor.name), first)


@router.get("/v1/stream/board/{reference}")
async def changes(
    request: Request,
    reference: Annotated[str, Path(max_length=40)],
    since: Annotated[int, Query(ge=0, lt=10**18)] = 0,
    last_event_id: Annotated[str, Header(max_length=18)] = "",
) -> StreamingResponse:
    """Events `changed`, whenever something has come to an incident's timeline; `since` is how many entries were seen.
    Needs the scope `read`."""
    console.admitted(request, "read")
    look = watcher(runtime_of(request), reference)
    if not (await look(0, frozenset())).last:
        raise NotFound(f"There is no incident {reference}.")
    first = int(last_event_id) if last_event_id.isdecimal() else since
    return _streamed(look, first)


def _streamed(look: Look, first: int) -> StreamingResponse:
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(events(look, first), media_type="text/event-stream", headers=headers)


async def events(look: Look, first: int) -> AsyncIterator[str]:
    """The stream, from behind a number on."""
    seen, spoke = Seen(first, frozenset()), monotonic()
    yield "retry: 2000\n\n"
    while True:
        seen = await look(seen.last, seen.told)
        for message in seen.messages:
            yield message
        if seen.messages:
            spoke = monotonic()
        elif monotonic() - spoke > QUIET:
            spoke = monotonic()
            yield ": still here\n\n"
        await asyncio.sleep(0 if seen.more else EVERY)


def looker(request: Request, choice: Choice, owner: str = "") -> Look:
    """A look for what has changed: one statement when nothing has."""
    runtime, counts = runtime_of(request), Numbers(request, choice, owner)

    async def look(last: int, told: frozenset[int]) -> Seen:
        now = clock(request).now
        found = await runtime.database.read(
            lambda connection: board_store.changed(connection, last - BACK, MOST)
        )
        if len(found) == MOST:
            return Seen(found[-1][0], frozenset(), ("event: reload\ndata: {}\n\n",))
        numbers = frozenset(number for number, _ in found)
        # At the first look it is not known what was told before the connection was lost.
        known = told or frozenset(number for number in numbers if number <= last - BACK // 5)
        ids = list(dict.fromkeys(one for number, one in found if number not in known))
        if not ids:
            return Seen(max(numbers, default=last), numbers, await counts.told(changed=False))
        rows = await runtime.database.read(lambda conn: board_view.rows_of(conn, ids, choice, now))
        newest = max(numbers, default=last)
        render = _renderer(request)
        messages = tuple(f"id: {newest}\nevent: row\ndata: {render(id, row)}\n\n" for id, row in rows.items())
        return Seen(newest, numbers, (*messages, *await counts.told(changed=True)))

    return look


def watcher(runtime: Runtime, reference: str) -> Look:
    """A look at whether an incident has more entries than were seen: one statement."""

    async def look(seen: int, told: frozenset[int]) -> Seen:
        now = await runtime.database.read(
            lambda connection: timeline_store.timeline_length(connection, reference)
        )
        messages = (f"id: {now}\nevent: changed\ndata: {{}}\n\n",) if now > seen else ()
        return Seen(max(now, seen), told, messages)

    return look


def _renderer(request: Request) -> Render:
    template, shown = templates.get_template("row.html"), clock(request)

    def render(id: str, row: Row | None) -> str:
        html = template.render(row=row, clock=shown, t=TEXT, language="en") if row else None
        return json.dumps({"id": id, "html": html})

    return render
