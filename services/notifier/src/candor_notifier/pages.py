"""The mailbox: where no mail server is set, the operator reads here what customers would have got."""

import email
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy import RowMapping

from candor_common import web
from candor_common.console import page_visitor
from candor_common.errors import NotFound
from candor_common.security import Security, is_local
from candor_common.service import Runtime, runtime_of
from candor_common.times import written
from candor_notifier.channels import mailbox as kept

MOST_SHOWN = 200
SANDBOX = {
    **web.HEADERS,
    "Content-Security-Policy": (
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
        "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
    ),
}
"""A mail is a stranger on our pages: no script, no form, no way out of its frame but a click on a link."""

_templates = web.environment("candor_notifier")


async def reader(request: Request) -> None:
    """A browser on this machine needs no key, even where there are some; everybody else signs in."""
    security: Security = request.app.state.security
    if not (security.loopback and is_local(request)):
        page_visitor(request, "read")


async def mailbox(request: Request) -> Runtime:
    runtime = runtime_of(request)
    if runtime.context.settings.smtp_url is not None:
        raise NotFound("Mail goes to the server that CANDOR_SMTP_URL names, so none is kept here.")
    return runtime


async def mail_of(
    identifier: Annotated[str, Path(pattern="^[0-9a-f-]{1,36}$")],
    runtime: Annotated[Runtime, Depends(mailbox)],
) -> RowMapping:
    found = await runtime.database.read(lambda connection: kept.by_id(connection, identifier))
    if found is None:
        raise NotFound("There is no such mail; it may have been in another data directory.")
    return found


Found = Annotated[RowMapping, Depends(mail_of)]
router = APIRouter(prefix="/mailbox", include_in_schema=False, dependencies=[Depends(reader)])


@router.get("")
async def listed(runtime: Annotated[Runtime, Depends(mailbox)]) -> Response:
    """The newest mails."""
    mails = await runtime.database.read(lambda connection: kept.newest(connection, MOST_SHOWN))
    url = runtime.context.settings.public_url
    return _page("mailbox.html", mails=mails, most=MOST_SHOWN, url=url, time=_clock(runtime))


@router.get("/{identifier}")
async def shown(mail: Found, runtime: Annotated[Runtime, Depends(mailbox)]) -> Response:
    """One mail as text, as HTML and as it would have travelled."""
    source = bytes(mail["raw"]).decode("utf-8", "replace")
    return _page(
        "mailbox_mail.html", mail=mail, text=_body(mail, "plain"), source=source, time=_clock(runtime)
    )


@router.get("/{identifier}/html")
async def html(mail: Found) -> Response:
    """The HTML of one mail, to be shown in a frame."""
    return HTMLResponse(_body(mail, "html"), headers=SANDBOX)


def _page(template: str, **values: object) -> Response:
    return web.console_page(_templates, template, 200, here="/mailbox", has_mailbox=True, **values)


def _clock(runtime: Runtime) -> Callable[[datetime, str], str]:
    """How times are told here: by the clock of the house, in a form with the places {time} and {zone}."""
    house = runtime.context.settings.time_zone
    return lambda moment, form: written(moment, "en_GB", form, house)


def _body(mail: RowMapping, kind: str) -> str:
    parsed: EmailMessage = email.message_from_bytes(bytes(mail["raw"]), policy=default)
    part = parsed.get_body((kind,))
    return str(part.get_content()) if part else ""
