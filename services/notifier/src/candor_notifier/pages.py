"""The mailbox: where no mail server is set, the operator reads here what customers would have got."""

import email
from email.message import EmailMessage
from email.policy import default
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.security import APIKeyHeader, HTTPBearer
from sqlalchemy import RowMapping

from candor_common import web
from candor_common.errors import NotFound
from candor_common.security import Security, require
from candor_common.service import Runtime, runtime_of
from candor_notifier.channels import mailbox as kept

MOST_SHOWN = 200
LOCAL_NAMES = {"localhost", "127.0.0.1", "::1"}
SANDBOX = {
    **web.HEADERS,
    "Content-Security-Policy": (
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
        "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
    ),
}
"""A mail is a stranger on our pages: no script, no form, no way out of its frame but a click on a link."""

_templates = web.environment("candor_notifier")
_allowed = require("read")
_bearer = HTTPBearer(auto_error=False)
_header = APIKeyHeader(name="X-API-Key", auto_error=False)


async def reader(request: Request) -> None:
    """A browser on this machine needs no key; everybody else does. A name of another site that leads here by a
    trick of its own DNS is not this machine."""
    security: Security = request.app.state.security
    forwarded = {"x-forwarded-for", "forwarded"} & set(request.headers)
    if security.loopback and request.url.hostname in LOCAL_NAMES and not forwarded:
        return
    await _allowed(request, await _bearer(request), await _header(request))


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
    return web.page(_templates, "mailbox.html", "en", mails=mails, most=MOST_SHOWN, url=url)


@router.get("/{identifier}")
async def shown(mail: Found) -> Response:
    """One mail as text, as HTML and as it would have travelled."""
    source = bytes(mail["raw"]).decode("utf-8", "replace")
    return web.page(
        _templates, "mailbox_mail.html", "en", mail=mail, text=_body(mail, "plain"), source=source
    )


@router.get("/{identifier}/html")
async def html(mail: Found) -> Response:
    """The HTML of one mail, to be shown in a frame."""
    return HTMLResponse(_body(mail, "html"), headers=SANDBOX)


def _body(mail: RowMapping, kind: str) -> str:
    parsed: EmailMessage = email.message_from_bytes(bytes(mail["raw"]), policy=default)
    part = parsed.get_body((kind,))
    return str(part.get_content()) if part else ""
