"""The board: what is to be done, the most urgent promise first; and the search."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy import Connection

from candor_common import console
from candor_common.console import Visitor
from candor_common.service import runtime_of
from candor_triage import board_store, board_view, paging, saved_views
from candor_triage.board_view import Board
from candor_triage.domain.board import Choice
from candor_triage.pages.frame import Clock, clock, page
from candor_triage.pages.numbers import counted, today
from candor_triage.saved_views import SavedView
from candor_triage.words import INCIDENT_KINDS, STATUSES

router = APIRouter()
Reader = Annotated[Visitor, Depends(console.reads)]
Name = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
SHOWS = ("", "emergency", "vip", "mine", "nobody", "unsure")
"""The tabs; the first one shows everything."""
NARROWING = ("show", "team", "kind", "status")
"""The parts of the address that narrow the board down."""


class Asked(BaseModel):
    """What the address asks for. Parts that are not known are left out, so that old bookmarks go on working."""

    model_config = ConfigDict(extra="ignore")

    show: Name = ""
    team: Name = ""
    kind: Name = ""
    status: Name = ""
    q: Name = ""
    behind: Name = ""
    """Where a search that was not at its end goes on."""

    def choice(self, visitor: Visitor) -> Choice:
        """Which incidents are meant."""
        return Choice(
            lane=self.show if self.show in ("emergency", "vip") else "",
            team=self.team,
            kind=self.kind,
            status=self.status if self.status in STATUSES else "",
            owner=(visitor.name or "\x00") if self.show == "mine" else "",
            nobody=self.show == "nobody",
            unsure=self.show == "unsure",
        )

    @property
    def query(self) -> str:
        """What it is narrowed down to, as it stands in the address."""
        return self._query({})

    def address(self, **other: str) -> str:
        """The address of the board with some parts changed."""
        query = self._query(other)
        return f"/board?{query}" if query else "/board"

    def _query(self, other: Mapping[str, str]) -> str:
        parts = {name: str(getattr(self, name)) for name in NARROWING} | dict(other)
        return urlencode({name: value for name, value in parts.items() if value})


Wanted = Annotated[Asked, Query()]


@router.get("/")
@router.get("/board")
async def board(request: Request, visitor: Reader, asked: Wanted) -> Response:
    """The board, or what a search finds; a reference leads straight to its incident."""
    if asked.q.strip():
        return await _found(request, visitor, asked)
    here = clock(request)
    shown, numbers, last, saved = await runtime_of(request).database.read(
        lambda connection: _read(connection, asked, visitor, here)
    )
    return page(
        request,
        visitor,
        "board.html",
        asked=asked,
        board=shown,
        today=numbers,
        counted=counted(numbers, shown.tabs),
        last=last,
        saved=saved,
        narrowing=NARROWING,
        shows=SHOWS,
        kinds=INCIDENT_KINDS,
        statuses=STATUSES,
        example=runtime_of(request).context.settings.public_url,
        stream=asked.address().replace("/board", "/v1/stream/board", 1),
    )


async def _found(request: Request, visitor: Visitor, asked: Asked) -> Response:
    text, now = asked.q.strip(), clock(request).now
    database = runtime_of(request).database
    if text.upper().startswith("INC-") and text[4:].isalnum():
        return RedirectResponse(f"/incidents/{text.upper()}", 303)
    behind = paging.place_of(asked.behind) if asked.behind else None
    found = await database.read(lambda connection: board_view.searched(connection, text, now, behind))
    older = paging.cursor_of(found.through) if found.through else ""
    return page(request, visitor, "found.html", asked=asked, found=found, older=older)


def _read(
    connection: Connection, asked: Asked, visitor: Visitor, here: Clock
) -> tuple[Board, dict[str, int], int, list[SavedView]]:
    # The number comes first, so that what changes meanwhile is told by the stream once more.
    last = board_store.last_entry(connection)
    shown = board_view.board(connection, asked.choice(visitor), visitor.name, here.now)
    return shown, today(connection, here), last, saved_views.views(connection, owner_of(visitor))


def owner_of(visitor: Visitor) -> str:
    """Whose views somebody has besides those of everybody: those of their key."""
    return visitor.key.id if visitor.key else saved_views.EVERYBODY
