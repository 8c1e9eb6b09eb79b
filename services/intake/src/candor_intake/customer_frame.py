"""What the pages about customers share: who may see them, their forms, and the frame around them."""

from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from candor_common import console, web
from candor_common.console import Visitor
from candor_common.errors import BadRequest
from candor_common.events import Lane
from candor_common.service import runtime_of
from candor_intake.customer_form import MOST_FIELDS
from candor_intake.domain.inbound import Malformed
from candor_intake.domain.page_words import LANGUAGE_NAMES
from candor_intake.sources.form_body import fields

_templates = web.environment("candor_intake")
_templates.trim_blocks = _templates.lstrip_blocks = True
_LANES = [(one.value, one.value) for one in Lane if one is not Lane.UNKNOWN]


async def operates(request: Request) -> Visitor:
    """Whoever runs the installation: what customers were promised by contract is theirs to say."""
    return console.page_visitor(request, "operate")


Operator = Annotated[Visitor, Depends(operates)]


async def filled_in(request: Request, visitor: Visitor) -> dict[str, str]:
    """The fields of a form of ours. Raises Forbidden for one from elsewhere, BadRequest for one that is no form."""
    try:
        given = fields(await request.body(), most=MOST_FIELDS)
    except Malformed as fault:
        raise BadRequest(fault.detail) from fault
    console.check_form(request, visitor, given.get("csrf", ""))
    return given


def page(request: Request, visitor: Visitor, template: str, status: int = 200, **values: object) -> Response:
    """A page in the frame of the console."""
    values |= {
        "here": "/customers",
        "visitor": visitor,
        "csrf": console.form_token(request, visitor),
        "has_mailbox": runtime_of(request).context.settings.smtp_url is None,
        "languages": LANGUAGE_NAMES,
        "lanes": _LANES,
    }
    answer = web.console_page(_templates, template, status, **values)
    if visitor.fresh and not visitor.by_header:
        console.remember(request, answer, visitor)
    return answer


def to(path: str) -> Response:
    """On to another page, after something was done."""
    return RedirectResponse(path, 303, web.CONSOLE_HEADERS)
