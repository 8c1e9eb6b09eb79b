"""The frame that all pages share: one stylesheet, one script, strict headers, templates that escape by themselves."""

from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-src 'self'; "
    "base-uri 'none'; frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
"""Nothing from another host, nothing inline, no script; what strangers wrote can't do anything on our pages."""
CONSOLE_HEADERS = HEADERS | {
    "Content-Security-Policy": f"{_POLICY}; script-src 'self'; connect-src 'self'",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""The same for the pages of the team, which our own script keeps up to date."""
_EVERYWHERE = HEADERS | {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_TWO_YEARS = "max-age=63072000"


class SecureHeaders:
    """Gives the headers to every answer that has none of its own: problems, data and redirections too.

    `https`: customers reach us by https, so browsers are told to use nothing else.
    """

    def __init__(self, app: ASGIApp, https: bool = False) -> None:
        headers = _EVERYWHERE | ({"Strict-Transport-Security": _TWO_YEARS} if https else {})
        self._app = app
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(one for one in self._headers if one[0] not in given),
                ]
            await send(message)

        await self._app(scope, receive, completed)


router = APIRouter(include_in_schema=False)


@router.get("/static/candor.css")
async def stylesheet() -> Response:
    return _static("candor.css", "text/css")


@router.get("/static/candor.js")
async def script() -> Response:
    return _static("candor.js", "text/javascript")


@router.get("/docs")
async def operations(request: Request) -> Response:
    """All operations of the API on one page, as `/openapi.json` describes them."""
    return console_page(_own, "operations.html", here="/docs", document=request.app.openapi())


def _static(name: str, kind: str) -> Response:
    text = (files("candor_common") / "static" / name).read_text("utf-8")
    headers = {"Cache-Control": "max-age=3600", "X-Content-Type-Options": "nosniff"}
    return Response(text, media_type=kind, headers=headers)


def environment(package: str) -> Environment:
    """Templates of a service, on top of the shared frame; a missing value is an error, not a blank."""
    loader = ChoiceLoader([PackageLoader(package, "templates"), PackageLoader("candor_common", "templates")])
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)


_own = environment("candor_common")


def page(
    environment: Environment, template: str, language: str, status: int = 200, **values: object
) -> HTMLResponse:
    """A rendered page with the headers that every page has."""
    text = environment.get_template(template).render(language=language, **values)
    return HTMLResponse(text, status, HEADERS | {"Content-Language": language})


def console_page(
    environment: Environment, template: str, status: int = 200, **values: object
) -> HTMLResponse:
    """A rendered page for the team, in English, with our script."""
    text = environment.get_template(template).render(language="en", **values)
    return HTMLResponse(text, status, CONSOLE_HEADERS | {"Content-Language": "en"})
