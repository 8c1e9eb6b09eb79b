"""The survey that a customer answers from the link in the mail, without a login. Opening it changes nothing:
mail scanners open links too."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import RowMapping

from candor_common import web
from candor_common.events import FollowUp, PromiseKind, Survey
from candor_common.languages import Language, nearest, preferred
from candor_common.links import BadLink
from candor_common.service import runtime_of
from candor_common.times import written
from candor_feedback import answers, follow_ups, store
from candor_feedback.domain.survey import LONGEST_COMMENT, QUESTIONS, AnswerRefused, is_over
from candor_feedback.domain.words import Words, words_of
from candor_feedback.forms import Filled, linked

PURPOSE = "survey"

router = APIRouter(prefix="/survey", include_in_schema=False)
_templates = web.environment("candor_feedback")


async def survey_of_link(token: str, request: Request) -> Survey | None:
    """The survey that a signed link leads to; None for a link that is not ours or leads nowhere.

    The link has no age of its own: the survey says until when it can be answered.
    """
    runtime = runtime_of(request)
    try:
        identifier = runtime.context.signer.verify(PURPOSE, token, timedelta.max)
    except BadLink:
        return None
    row: RowMapping | None = await runtime.database.read(
        lambda connection: store.survey_by_id(connection, identifier)
    )
    return None if row is None else row["snapshot"]


Found = Annotated[Survey | None, Depends(survey_of_link)]


@router.api_route("/{token}", methods=["GET", "HEAD"])
async def show(request: Request, survey: Found) -> Response:
    """The form, with what was answered before, and with what the link chooses."""
    if survey is None:
        return _bad_link(request)
    if _is_over(request, survey):
        return _too_late(request, survey)
    return _form(request, survey, linked(request.query_params, survey))


@router.post("/{token}")
async def answer(request: Request, survey: Found, filled: Annotated[Filled, Form()]) -> Response:
    """Keep the answer; a second one replaces the first."""
    if survey is None:
        return _bad_link(request)
    if _is_over(request, survey):
        return _too_late(request, survey)
    given, identifier, runtime = filled.answer, survey.id, runtime_of(request)
    if filled.is_too_long:
        return _form(request, survey, filled, problem="comment")
    if not given.says_enough:
        return _form(request, survey, filled, problem="overall-1")
    charter = runtime.context.charter
    try:
        await runtime.database.transact(
            lambda transaction: answers.save(transaction, identifier, given, charter)
        )
    except AnswerRefused:
        return _too_late(request, survey)
    return RedirectResponse(f"{request.url.path}/thanks", 303, web.HEADERS)


@router.api_route("/{token}/thanks", methods=["GET", "HEAD"])
async def thanks(request: Request, survey: Found) -> Response:
    """What happens with the answer, and the way back to change it."""
    if survey is None:
        return _bad_link(request)
    form, identifier = request.url.path.removesuffix("/thanks"), survey.id
    if survey.answered_at is None:
        return RedirectResponse(form, 303, web.HEADERS)
    promised = await runtime_of(request).database.read(
        lambda connection: follow_ups.open_of(connection, identifier)
    )
    language, back = nearest(survey.language), None if _is_over(request, survey) else form
    until = _time(request, survey, survey.expires_at)
    body = _what_happens(request, survey, promised)
    return _page(
        request,
        "thanks.html",
        language,
        title=_words(request, language).thanks_title,
        body=body,
        back=back,
        until=until,
    )


def _what_happens(request: Request, survey: Survey, promised: list[FollowUp]) -> list[str]:
    """The answer's way, with the dates that were promised and still lie ahead."""
    text, now = _words(request, nearest(survey.language)), runtime_of(request).clock.now()
    said = [text.thanks_unsolved] if survey.solved is False else []
    for one in promised:
        if one.due_at > now:
            words = text.thanks_call if one.kind is PromiseKind.FOLLOW_UP else text.thanks_reply
            said.append(words.format(time=_time(request, survey, one.due_at)))
    return [text.thanks, *said]


def _time(request: Request, survey: Survey, moment: datetime) -> str:
    house = runtime_of(request).context.settings.time_zone
    text = _words(request, nearest(survey.language))
    return written(moment, text.locale, text.moment, survey.recipient.zone, house)


def _is_over(request: Request, survey: Survey) -> bool:
    return is_over(survey, runtime_of(request).clock.now())


def _form(request: Request, survey: Survey, filled: Filled, *, problem: str = "") -> Response:
    """The form; where something is wrong, `problem` is the id of the field."""
    status, language = 422 if problem else 200, nearest(survey.language)
    values = {"reference": survey.incident_id, "filled": filled, "problem": problem, "questions": QUESTIONS}
    return _page(request, "survey.html", language, status, longest=LONGEST_COMMENT, **values)


def _bad_link(request: Request) -> Response:
    # Without a survey only the browser can say which language its reader speaks.
    language = preferred(request.headers.get("accept-language", ""))
    text = _words(request, language)
    return _page(request, "notice.html", language, 404, title=text.bad_title, body=text.bad)


def _too_late(request: Request, survey: Survey) -> Response:
    language = nearest(survey.language)
    text = _words(request, language)
    return _page(request, "notice.html", language, 410, title=text.late_title, body=text.late)


def _page(
    request: Request, template: str, language: Language, status: int = 200, **values: object
) -> Response:
    """A page under the name that customers know from our mail."""
    values |= {"text": _words(request, language), "house": runtime_of(request).context.settings.mail_name}
    return web.page(_templates, template, language, status, **values)


def _words(request: Request, language: Language) -> Words:
    """The words under the charter that counts now."""
    return words_of(runtime_of(request).context.charter)[language]
