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
    if _is_over(request, survey):
        return _too_late(request, survey)
    chosen = int(score) if score in SCORES else survey.overall
    return _form(request, survey, chosen, survey.comment or "")


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
    if _is_over(request, survey):
        return _too_late(request, survey)
    if overall not in SCORES:
        return _form(request, survey, None, comment[:LONGEST_COMMENT], problem=True)
    given, identifier = Answer(int(overall), comment), survey.id
    try:
        await runtime_of(request).database.transact(lambda transaction: _save(transaction, identifier, given))
    except AnswerRefused:
        return _too_late(request, survey)
    return RedirectResponse(f"{request.url.path}/thanks", 303, web.HEADERS)


@router.api_route("/{token}/thanks", methods=["GET", "HEAD"])
async def thanks(request: Request, survey: Found) -> Response:
    """What happens with the answer, and the way back to change it."""
    if survey is None:
        return _bad_link(request)
    form = request.url.path.removesuffix("/thanks")
    if survey.answered_at is None:
        return RedirectResponse(form, 303, web.HEADERS)
    language = spoken(survey.language)
    text, back = WORDS[language], None if _is_over(request, survey) else form
    return _page(request, "notice.html", language, title=text.thanks_title, body=text.thanks, back=back)


def _is_over(request: Request, survey: Survey) -> bool:
    return is_over(survey, runtime_of(request).clock.now())


def _save(transaction: Transaction, identifier: str, given: Answer) -> None:
    row = store.survey_by_id(transaction.connection, identifier, lock=True)
    if row is None:
        raise AnswerRefused("This survey does not exist any more.")
    survey: Survey = row["snapshot"]
    changed = answered(survey, given, transaction.now)
    if changed != survey:
        store.save_answer(transaction.connection, changed)
        transaction.emit(SurveyAnswered(survey=changed), traceparent=row["traceparent"])


def _form(
    request: Request, survey: Survey, score: int | None, comment: str, *, problem: bool = False
) -> Response:
    values = {"reference": survey.incident_id, "score": score, "comment": comment, "problem": problem}
    status, language = 422 if problem else 200, spoken(survey.language)
    return _page(request, "survey.html", language, status, longest=LONGEST_COMMENT, **values)


def _bad_link(request: Request) -> Response:
    # Without a survey only the browser can say which language its reader speaks.
    language = preferred(request.headers.get("accept-language", ""))
    text = WORDS[language]
    return _page(request, "notice.html", language, 404, title=text.bad_title, body=text.bad, back=None)


def _too_late(request: Request, survey: Survey) -> Response:
    language = spoken(survey.language)
    text = WORDS[language]
    return _page(request, "notice.html", language, 410, title=text.late_title, body=text.late, back=None)


def _page(
    request: Request, template: str, language: Language, status: int = 200, **values: object
) -> Response:
    """A page under the name that customers know from our mail."""
    values |= {"text": WORDS[language], "house": runtime_of(request).context.settings.mail_name}
    return web.page(_templates, template, language, status, **values)
