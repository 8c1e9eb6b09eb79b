"""The form for people of ours who take a call. It needs the scope `work`; on the machine itself, no key."""

from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from candor_common import telemetry, web
from candor_common.console import Visitor, check_form, form_token, remember, works
from candor_common.errors import Unavailable
from candor_common.events import Channel
from candor_common.failures import is_unavailable
from candor_common.links import BadLink
from candor_common.service import runtime_of
from candor_intake.domain.language import Language
from candor_intake.domain.page_words import LANGUAGE_NAMES, PAGE_WORDS
from candor_intake.form_page import SHOWN_FOR, Shown, Spoken, templates
from candor_intake.reception import as_posted, open_desk, refusing
from candor_intake.sources import call_note
from candor_intake.sources.form_body import fields as fields_of
from candor_intake.sources.form_fields import Filling
from candor_intake.sources.form_words import Unfilled
from candor_intake.sources.plain import LONGEST_NAME
from candor_intake.sources.registry import BY_NAME

DOOR = BY_NAME["call-note"]
PURPOSE = "call-noted"
FIELDS = ("taken_by", "name", "number", "text", "callback", "urgent", "language")

Ours = Annotated[Visitor, Depends(works)]
router = APIRouter(include_in_schema=False)
log = structlog.get_logger(__name__)


@router.api_route(DOOR.path, methods=["GET", "HEAD"])
async def show(request: Request, visitor: Ours, language: Spoken) -> Response:
    """The empty form."""
    return _page(request, visitor, language, {"taken_by": visitor.name}, Shown())


@router.post(DOOR.path)
async def post(request: Request, visitor: Ours, language: Spoken) -> Response:
    """Take the note; or show it again with what is wrong."""
    with refusing(Channel.PHONE):
        fields = fields_of(await request.body())
    check_form(request, visitor, fields.get("token", ""))
    try:
        reference = await _take(request, visitor, fields)
    except Unfilled as fault:
        telemetry.requests_refused.labels(Channel.PHONE.value).inc()
        faults = {name: one.text(language) for name, one in fault.faults.items()}
        return _page(request, visitor, language, fields, Shown(422, faults))
    except Exception as error:
        if not isinstance(error, Unavailable) and not is_unavailable(error):
            raise
        log.warning("unavailable", route=DOOR.path, error=type(error).__name__)
        shown = Shown(503, notice=PAGE_WORDS[language].away, headers=Unavailable.default_headers)
        return _page(request, visitor, language, fields, shown)
    token = runtime_of(request).context.signer.sign(PURPOSE, reference or "")
    return RedirectResponse(f"{DOOR.path}/noted/{token}?lang={language}", 303, web.HEADERS)


@router.api_route(f"{DOOR.path}/noted/{{token}}", methods=["GET", "HEAD"])
async def noted(request: Request, token: str, _visitor: Ours, language: Spoken) -> Response:
    """That it is stored, and under which reference."""
    text, back = PAGE_WORDS[language], f"{DOOR.path}?lang={language}"
    try:
        reference = runtime_of(request).context.signer.verify(PURPOSE, token, SHOWN_FOR)
    except BadLink:
        return RedirectResponse(back, 303, web.HEADERS)
    body = text.call_done.format(reference=reference)
    return web.page(
        templates,
        "received.html",
        language,
        house=_house(request),
        title=text.call_title,
        body=body,
        another=text.call_another,
        back=back,
    )


async def _take(request: Request, visitor: Visitor, fields: Mapping[str, str]) -> str | None:
    taken_by = Filling(fields).line("taken_by", LONGEST_NAME)[:LONGEST_NAME] or visitor.name
    note, raw = call_note.parse(fields, taken_by=taken_by), await request.body()
    accepted = await open_desk(request).take(as_posted(request, Channel.PHONE, note, raw))
    return accepted.reference


def _page(
    request: Request,
    visitor: Visitor,
    language: Language,
    fields: Mapping[str, str],
    shown: Shown,
) -> Response:
    page = web.page(
        templates,
        "call.html",
        language,
        shown.status,
        text=PAGE_WORDS[language],
        names=LANGUAGE_NAMES,
        path=DOOR.path,
        house=_house(request),
        filled={name: fields.get(name, "") for name in FIELDS},
        submission=fields.get("submission") or token_urlsafe(16),
        token=form_token(request, visitor),
        faults=shown.faults,
        notice=shown.notice,
    )
    page.headers.update(shown.headers)
    if visitor.fresh and not visitor.by_header:
        remember(request, page, visitor)
    return page


def _house(request: Request) -> str:
    return runtime_of(request).context.settings.mail_name
