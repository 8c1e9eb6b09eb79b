"""Saving and forgetting views of the board."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, BeforeValidator, StringConstraints

from candor_common import console, web
from candor_common.console import Visitor
from candor_common.errors import Conflict
from candor_common.service import runtime_of
from candor_triage import saved_views
from candor_triage.pages.board import Asked, owner_of
from candor_triage.saved_views import EVERYBODY, MOST, SavedView

router = APIRouter(prefix="/board/views")
Reader = Annotated[Visitor, Depends(console.reads)]
Named = Annotated[
    str,
    BeforeValidator(lambda value: " ".join(value.split()) if isinstance(value, str) else value),
    StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00]*$"),
]


class Saving(Asked):
    """A view to be saved: what the board is narrowed down to, and its name."""

    name: Named
    shared: bool = False
    """For everybody, which needs the scope `work`."""
    csrf: str = ""


class Forgetting(BaseModel):
    """A view to be forgotten."""

    name: Named
    shared: bool = False
    csrf: str = ""


@router.post("")
async def saved(request: Request, visitor: Reader, words: Annotated[Saving, Form()]) -> Response:
    """Save a view under a name; one with the same name is replaced."""
    console.check_form(request, visitor, words.csrf)
    view = SavedView(_owner(request, visitor, words.shared), words.name, words.query, visitor.name)
    kept = await runtime_of(request).database.transact(
        lambda transaction: saved_views.save(transaction.connection, view, transaction.now)
    )
    if not kept:
        raise Conflict(f"There are {MOST} views already; forget one of them first.")
    return RedirectResponse(words.address(), 303, web.CONSOLE_HEADERS)


@router.post("/forget")
async def forgotten(request: Request, visitor: Reader, words: Annotated[Forgetting, Form()]) -> Response:
    """Forget a view."""
    console.check_form(request, visitor, words.csrf)
    owner = _owner(request, visitor, words.shared)
    await runtime_of(request).database.transact(
        lambda transaction: saved_views.remove(transaction.connection, owner, words.name)
    )
    return RedirectResponse("/board", 303, web.CONSOLE_HEADERS)


def _owner(request: Request, visitor: Visitor, shared: bool) -> str:
    if shared:
        console.admitted(request, "work")
    return EVERYBODY if shared else owner_of(visitor)
