"""The public form: anybody may write, without an account and without a script. Opening it changes nothing."""

import asyncio
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from secrets import token_urlsafe
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from candor_common import telemetry, web
from candor_common.database import Transaction
from candor_common.errors import BadRequest, TooLarge, Unavailable, UnsupportedMedia
from candor_common.events import Channel
from candor_common.failures import is_unavailable
from candor_common.links import BadLink
from candor_common.service import runtime_of
from candor_intake import visit_store
from candor_intake.domain.inbound import Ignored
from candor_intake.domain.inbound import Request as Words
from candor_intake.domain.language import Language, preferred, supported
from candor_intake.domain.pace import Pace, network_of
from candor_intake.domain.page_words import LANGUAGE_NAMES, PAGE_WORDS
from candor_intake.reception import as_posted, open_desk
from candor_intake.sources import form
from candor_intake.sources.door import JSON
from candor_intake.sources.form import Upload
from candor_intake.sources.form_words import FaultKey, FieldFault, Unfilled
from candor_intake.sources.registry import BY_NAME

DOOR = BY_NAME["form"]
PACE = Pace(most=20, within=timedelta(minutes=10))
PURPOSE = "form-received"
SHOWN_FOR = timedelta(days=30)
FIELDS = ("name", "address", "subject", "text", "urgent")
LIMITS = {"most": form.MOST_FILES, "each": form.LARGEST_FILE, "together": form.LARGEST_TOGETHER}
_MOST_PARTS = 50
_LONGEST_NETWORK = 45

router = APIRouter(include_in_schema=False)
log = structlog.get_logger(__name__)
templates = web.environment("candor_intake")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the form says besides what was filled in."""

    status: int = 200
    faults: Mapping[str, str] = field(default_factory=dict)
    """Sentences by the names of fields."""
    notice: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def language_of(request: Request) -> Language:
    """The language that was asked for: by the link, else by the browser."""
    asked = supported(request.query_params.get("lang"))
    return asked or preferred(request.headers.get("accept-language", ""))


Spoken = Annotated[Language, Depends(language_of)]


@router.api_route(DOOR.path, methods=["GET", "HEAD"])
async def show(request: Request, language: Spoken) -> Response:
    """The empty form."""
    return _page(request, language, {}, Shown())


@router.post(DOOR.path)
async def post(request: Request, language: Spoken) -> Response:
    """Take what was filled in; or show it again with what is wrong."""
    try:
        fields, uploads = await _filled_in(request)
    except HTTPException as fault:
        return _too_large(request, language, fault)
    try:
        wait = await _wait(request)
        if wait is not None:
            return _too_many(request, language, fields, wait)
        inbound = await _read(fields, uploads)
        reference = await _take(request, inbound, fields)
    except Unfilled as fault:
        faults = {name: one.text(language) for name, one in fault.faults.items()}
        return _refused(request, language, fields, Shown(422, faults))
    except Exception as error:
        if not isinstance(error, Unavailable) and not is_unavailable(error):
            raise
        log.warning("unavailable", route=DOOR.path, error=type(error).__name__)
        shown = Shown(503, notice=PAGE_WORDS[language].away, headers=Unavailable.default_headers)
        return _page(request, language, fields, shown)
    token = runtime_of(request).context.signer.sign(PURPOSE, reference or "")
    return RedirectResponse(f"{request.url.path}/received/{token}?lang={language}", 303, web.HEADERS)


@router.api_route(f"{DOOR.path}/received/{{token}}", methods=["GET", "HEAD"])
async def received(request: Request, token: str, language: Spoken) -> Response:
    """That it is stored, and under which reference."""
    text, signer = PAGE_WORDS[language], runtime_of(request).context.signer
    form_path = f"{DOOR.path}?lang={language}"
    try:
        reference = signer.verify(PURPOSE, token, SHOWN_FOR)
    except BadLink:
        return RedirectResponse(form_path, 303, web.HEADERS)
    body = text.thanks.format(reference=reference) if reference else text.thanks_plain
    return web.page(
        templates,
        "received.html",
        language,
        house=_house(request),
        title=text.thanks_title,
        body=body,
        another=text.another,
        back=form_path,
    )


async def _filled_in(request: Request) -> tuple[dict[str, str], list[Upload]]:
    """Fields and files. Raises UnsupportedMedia for what is no form, BadRequest for one that no browser sends."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in DOOR.content_types:
        raise UnsupportedMedia(f"Send it as {DOOR.content_types[0]}.")
    fields: dict[str, str] = {}
    uploads: list[Upload] = []
    async with request.form(max_files=_MOST_PARTS, max_fields=_MOST_PARTS) as given:
        for name, value in given.multi_items():
            if isinstance(value, str):
                fields.setdefault(name, value)
            elif name == form.FILES:
                uploads.append(await _upload(value))
            else:
                raise BadRequest(f"{name[:80]!r} is no field for a file.")
    return fields, uploads


async def _upload(file: UploadFile) -> Upload:
    return Upload(file.filename or "", file.content_type or "", await file.read())


async def _read(fields: Mapping[str, str], uploads: Sequence[Upload]) -> Words | Ignored:
    return await asyncio.to_thread(form.parse, fields, uploads) if uploads else form.parse(fields)


async def _take(request: Request, inbound: Words | Ignored, fields: Mapping[str, str]) -> str | None:
    """Store it; the fields stand for its bytes, since the files are kept by themselves."""
    raw = json.dumps(dict(fields), ensure_ascii=False).encode("utf-8", "replace")
    posted = replace(as_posted(request, Channel.FORM, inbound, raw), content_type=JSON)
    accepted = await open_desk(request).take(posted)
    return accepted.reference


async def _wait(request: Request) -> timedelta | None:
    """Count the visit, with those to the other replicas; nothing when it may happen."""
    peer = request.client.host if request.client else ""
    network = network_of(peer, request.headers.get("x-forwarded-for", ""))[:_LONGEST_NETWORK]

    def work(transaction: Transaction) -> timedelta | None:
        visits = visit_store.count(transaction.connection, network, transaction.now, PACE.within)
        return PACE.wait(visits, transaction.now)

    return await runtime_of(request).database.transact(work)


def _refused(request: Request, language: Language, fields: Mapping[str, str], shown: Shown) -> Response:
    telemetry.requests_refused.labels(Channel.FORM.value).inc()
    return _page(request, language, fields, shown)


def _too_large(request: Request, language: Language, fault: HTTPException) -> Response:
    """What was filled in was not read, so that the form is empty again; the browser's way back has it still."""
    if fault.status_code != TooLarge.status:
        raise fault
    words = FieldFault(FaultKey.FILES_TOO_LARGE, form.LARGEST_TOGETHER).text(language)
    shown = Shown(TooLarge.status, {form.FILES: words}, headers=fault.headers or {})
    return _refused(request, language, {}, shown)


def _too_many(request: Request, language: Language, fields: Mapping[str, str], wait: timedelta) -> Response:
    notice = PAGE_WORDS[language].too_many.format(minutes=math.ceil(wait / timedelta(minutes=1)))
    headers = {"Retry-After": str(math.ceil(wait.total_seconds()))}
    return _refused(request, language, fields, Shown(429, notice=notice, headers=headers))


def _page(request: Request, language: Language, fields: Mapping[str, str], shown: Shown) -> Response:
    """The form with what was filled in, which the template escapes."""
    page = web.page(
        templates,
        "request.html",
        language,
        shown.status,
        text=PAGE_WORDS[language],
        names=LANGUAGE_NAMES,
        path=DOOR.path,
        house=_house(request),
        filled={name: fields.get(name, "") for name in FIELDS},
        submission=fields.get("submission") or token_urlsafe(16),
        limits=LIMITS,
        faults=shown.faults,
        notice=shown.notice,
    )
    page.headers.update(shown.headers)
    return page


def _house(request: Request) -> str:
    return runtime_of(request).context.settings.mail_name
