"""Signing in to the console with an API key, by form or by the link that the operator's terminal shows."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from candor_common import console, web
from candor_common.console import Visitor
from candor_triage.pages.frame import page
from candor_triage.words import TEXT

router = APIRouter()
Next = Annotated[str, Query(alias="next", max_length=500)]


@router.get("/sign-in")
async def form(
    request: Request, back: Next = "/", lacks: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """The form; it says so when the key of the session is not enough."""
    problem = str(TEXT["lacks"]).format(scope=lacks) if lacks else ""
    return _form(request, console.visitor_of(request), back, problem)


@router.post("/sign-in")
async def signed_in(
    request: Request,
    back: Next = "/",
    key: Annotated[str, Form(max_length=200)] = "",
    name: Annotated[str, Form(max_length=200)] = "",
    csrf: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """A session for the owner of a key."""
    visitor = console.visitor_of(request)
    console.check_form(request, visitor, csrf)
    found = console.sign_in(request, key, name)
    if found is None:
        return _form(request, visitor, back, str(TEXT["bad_key"]), 401)
    return _go(request, found, back)


@router.get("/sign-in/{token}")
async def by_link(request: Request, token: str) -> Response:
    """A session for whoever reads the operator's terminal."""
    found = console.sign_in_by_link(request, token)
    if found is None:
        return _form(request, console.visitor_of(request), "/", str(TEXT["bad_sign_in_link"]), 401)
    return _go(request, found, "/")


@router.post("/sign-out")
async def signed_out(request: Request, csrf: Annotated[str, Form(max_length=500)] = "") -> Response:
    """The session ends in this browser."""
    console.check_form(request, console.visitor_of(request), csrf)
    answer = RedirectResponse("/sign-in", 303, web.CONSOLE_HEADERS)
    console.forget(answer)
    return answer


def _form(request: Request, visitor: Visitor, back: str, problem: str, status: int = 200) -> Response:
    return page(request, visitor, "sign_in.html", status, back=console.local_path(back), problem=problem)


def _go(request: Request, visitor: Visitor, back: str) -> Response:
    answer = RedirectResponse(console.local_path(back), 303, web.CONSOLE_HEADERS)
    console.remember(request, answer, visitor)
    return answer
