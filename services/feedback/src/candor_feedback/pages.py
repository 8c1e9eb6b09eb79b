"""The survey that a customer answers from the link in the mail, without a login. Opening it changes nothing:
mail scanners open links too."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import RowMapping

from candor_common import web
from candor_common.database import Transaction
from candor_common.events import Survey, SurveyAnswered
from candor_common.security import BadLink
from candor_common.service import runtime_of
from candor_feedback import store
from candor_feedback.domain.survey import LONGEST_COMMENT, Answer, AnswerRefused, answered, is_over
from candor_feedback.domain.words import WORDS, Language, preferred, spoken

PURPOSE = "survey"
SCORES = ("1", "2", "3", "4", "5")

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
async def show(request: Request, survey: Found, score: str = "") -> Response:
    """The form, with the score of the link that was clicked chosen already."""
    if survey is None:
        return _bad_link(request)
    if is_over(survey, runtime_of(request).clock.now()):
        return _too_late(survey)
    chosen = int(score) if score in SCORES else survey.overall
    return _form(survey, chosen, survey.comment or "")


@router.post("/{token}")
async def answer(
    request: Request,
    survey: Found,
    overall: Annotated[str, Form()] = "",
    comment: Annotated[str, Form()] = "",
) -> Response:
    """Keep the answer; a second one replaces the first."""
    if survey is None:
        return _bad_link(request)
    runtime = runtime_of(request)
    if is_over(survey, runtime.clock.now()):
        return _too_late(survey)
    if overall not in SCORES:
        return _form(survey, None, comment[:LONGEST_COMMENT], problem=True)
    given = Answer(int(overall), comment)
    try:
        await runtime.database.transact(lambda transaction: _save(transaction, survey.id, given))
    except AnswerRefused:
        return _too_late(survey)
    return RedirectResponse(f"{request.url.path}/thanks", 303, web.HEADERS)


@router.api_route("/{token}/thanks", methods=["GET", "HEAD"])
async def thanks(request: Request, survey: Found) -> Response:
    """What happens with the answer, and the way back to change it."""
    if survey is None:
        return _bad_link(request)
    form = request.url.path.removesuffix("/thanks")
    if survey.answered_at is None:
        return RedirectResponse(form, 303, web.HEADERS)
    over, text = is_over(survey, runtime_of(request).clock.now()), WORDS[spoken(survey.language)]
    return _notice(spoken(survey.language), 200, text.thanks_title, text.thanks, back=None if over else form)


def _save(transaction: Transaction, identifier: str, given: Answer) -> None:
    row = store.survey_by_id(transaction.connection, identifier, lock=True)
    if row is None:
        raise AnswerRefused("This survey does not exist any more.")
    survey: Survey = row["snapshot"]
    changed = answered(survey, given, transaction.now)
    if changed != survey:
        store.save_answer(transaction.connection, changed)
        transaction.emit(SurveyAnswered(survey=changed), traceparent=row["traceparent"])


def _form(survey: Survey, score: int | None, comment: str, *, problem: bool = False) -> Response:
    language = spoken(survey.language)
    return web.page(
        _templates,
        "survey.html",
        language,
        422 if problem else 200,
        text=WORDS[language],
        reference=survey.incident_id,
        score=score,
        comment=comment,
        longest=LONGEST_COMMENT,
        problem=problem,
    )


def _bad_link(request: Request) -> Response:
    # Without a survey only the browser can say which language its reader speaks.
    language = preferred(request.headers.get("accept-language", ""))
    return _notice(language, 404, WORDS[language].bad_title, WORDS[language].bad)


def _too_late(survey: Survey) -> Response:
    language = spoken(survey.language)
    return _notice(language, 410, WORDS[language].late_title, WORDS[language].late)


def _notice(language: Language, status: int, title: str, body: str, *, back: str | None = None) -> Response:
    values = {"title": title, "body": body, "back": back, "change": WORDS[language].change}
    return web.page(_templates, "notice.html", language, status, **values)
