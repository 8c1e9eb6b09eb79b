"""The frame that all pages share: one stylesheet, strict headers, templates that escape by themselves."""

from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-src 'self'; "
        "base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
"""Nothing from another host, nothing inline, no script; what strangers wrote can't do anything on our pages."""

router = APIRouter(include_in_schema=False)


@router.get("/static/candor.css")
async def stylesheet() -> Response:
    text = (files("candor_common") / "static" / "candor.css").read_text("utf-8")
    return Response(text, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


def environment(package: str) -> Environment:
    """Templates of a service, on top of the shared frame; a missing value is an error, not a blank."""
    loader = ChoiceLoader([PackageLoader(package, "templates"), PackageLoader("candor_common", "templates")])
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)


def page(
    environment: Environment, template: str, language: str, status: int = 200, **values: object
) -> HTMLResponse:
    """A rendered page with the headers that every page has."""
    text = environment.get_template(template).render(language=language, **values)
    return HTMLResponse(text, status, HEADERS | {"Content-Language": language})
