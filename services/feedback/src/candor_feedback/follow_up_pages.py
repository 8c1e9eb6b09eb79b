"""Follow-ups as pages for people of the house: what is open, and the form that ends one. The API's own function ends it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, BeforeValidator, ValidationError

from candor_common import console, web
from candor_common.console import Visitor
from candor_common.errors import CandorError, NotFound
from candor_common.follow_up_words import FORM
from candor_common.service import runtime_of
from candor_common.times import written
from candor_feedback import follow_ups
from candor_feedback.api import DoneCommand, finish_follow_up, get_follow_up
from candor_feedback.console_words import KINDS, LABELS, TEXT
from candor_feedback.follow_ups import Wanted

MOST_SHOWN = 200
Reader = Annotated[Visitor, Depends(console.reads)]
Worker = Annotated[Visitor, Depends(console.works)]
Words = Annotated[str, BeforeValidator(lambda value: str(value).replace("\r\n", "\n").strip())]

router = APIRouter(prefix="/follow-ups", include_in_schema=False)
_templates = web.environment("candor_feedback")
_templates.trim_blocks = _templates.lstrip_blocks = True


class Ended(BaseModel):
    """How somebody says that it ended; what is wrong with it the API says."""

    by: Words = ""
    answer: Words = ""
    reply: Words = ""
    csrf: str = ""

    @property
    def command(self) -> dict[str, str]:
        """What the API would be sent; a field that was left empty is left out."""
        return {name: value for name in ("by", "answer", "reply") if (value := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class Tried:
    """What was filled in and is to be changed, and why."""

    why: str = ""
    status: int = 200
    given: Mapping[str, str] = field(default_factory=dict)


@router.get("")
async def listed(request: Request, visitor: Reader) -> Response:
    """What is open, the earliest due first."""
    wanted = Wanted(state="open", limit=MOST_SHOWN)
    rows = await runtime_of(request).database.read(lambda connection: follow_ups.find(connection, wanted))
    found = [row["snapshot"] for row in rows]
    return _page(request, visitor, "follow_ups.html", found=found, most=MOST_SHOWN)


@router.get("/{identifier}")
async def shown(request: Request, identifier: UUID, visitor: Reader) -> Response:
    """One of them: what it is about, and the form or what became of it."""
    return await _shown(request, identifier, visitor, Tried())


@router.post("/{identifier}")
async def ended(
    request: Request, identifier: UUID, visitor: Worker, words: Annotated[Ended, Form()]
) -> Response:
    """Say that it was done, and how. A refusal stands on the page, with what was written."""
    console.check_form(request, visitor, words.csrf)
    try:
        command = DoneCommand.model_validate(words.command)
        await finish_follow_up(identifier, command, runtime_of(request))
    except ValidationError as error:
        return await _shown(request, identifier, visitor, Tried(_invalid(error), 422, words.command))
    except NotFound:
        raise
    except CandorError as error:
        return await _shown(request, identifier, visitor, Tried(error.detail, error.status, words.command))
    return RedirectResponse(f"/follow-ups/{identifier}", 303, web.CONSOLE_HEADERS)


def _invalid(error: ValidationError) -> str:
    """What is wrong with the first field that the API would not take: it is missing, or there is too much in it."""
    first = error.errors(include_url=False, include_input=False)[0]
    name, most = LABELS[str(first["loc"][0])], first.get("ctx", {}).get("max_length")
    return TEXT["too_long"].format(name=name, most=most) if most else TEXT["missing"].format(name=name)


async def _shown(request: Request, identifier: UUID, visitor: Visitor, tried: Tried) -> Response:
    one = await get_follow_up(identifier, runtime_of(request))
    return _page(request, visitor, "follow_up_page.html", tried.status, one=one, tried=tried)


def _page(request: Request, visitor: Visitor, template: str, status: int = 200, **values: object) -> Response:
    """A page in the frame of the console."""
    runtime = runtime_of(request)
    house = runtime.context.settings.time_zone
    values |= {
        "t": TEXT,
        "kinds": KINDS,
        "form": FORM,
        "visitor": visitor,
        "csrf": console.form_token(request, visitor),
        "may_work": visitor.key is None or "work" in visitor.key.scopes,
        "has_mailbox": runtime.context.settings.smtp_url is None,
        "now": runtime.clock.now(),
        "time": lambda moment: written(moment, "en_GB", "{time} ({zone})", house),
    }
    answer = web.console_page(_templates, template, status, **values)
    if visitor.fresh and not visitor.by_header:
        console.remember(request, answer, visitor)
    return answer
