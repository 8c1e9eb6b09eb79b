"""The survey that a customer answers from the link in the mail, without a login. Opening it changes nothing:
mail scanners open links too."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import RowMapping

from candor_common import web
from candor_common.database import Transaction
from candor_common.events import Survey, SurveyAnswered
from candor_common.security import BadLink, ExpiredLink
from candor_common.service import runtime_of
from candor_feedback import store
from candor_feedback.domain.survey import Answer, AnswerRefused, answered
from candor_feedback.domain.words import Words, words

PURPOSE = "survey"
LONGEST_COMMENT = 5_000

router = APIRouter(prefix="/survey", include_in_schema=False)
_templates = web.environment("candor_feedback")


async def survey_of_link(token: str, request: Request) -> Survey | None:
    """The survey that a signed link leads to; None for a link that is not ours or leads nowhere."""
    runtime = runtime_of(request)
    age = runtime.context.charter.survey_expires
    try:
        identifier = runtime.context.signer.verify(PURPOSE, token, age)
    except (BadLink, ExpiredLink):
        return None
    row: RowMapping | None = await runtime.database.read(
        lambda connection: store.survey_by_id(connection, identifier)
    )
    return None if row is None else row["snapshot"]


Found = Annotated[Survey | None, Depends(survey_of_link)]


@router.get("/{token}")
async def show(
    request: Request, survey: Found, score: Annotated[int | None, Query(ge=1, le=5)] = None
) -> Response:
    """The form, with the score of the link that was clicked chosen already."""
    if survey is None:
        return _notice(_preferred(request), 404, lambda text: (text.bad_title, text.bad))
    if runtime_of(request).clock.now() > survey.expires_at:
        return _notice(survey.language, 410, lambda text: (text.late_title, text.late))
    return _form(survey, score or survey.overall)


@router.post("/{token}")
async def answer(
    request: Request,
    survey: Found,
    overall: Annotated[str, Form()] = "",
    comment: Annotated[str, Form()] = "",
) -> Response:
    """Keep the answer; a second one replaces the first."""
    if survey is None:
        return _notice(_preferred(request), 404, lambda text: (text.bad_title, text.bad))
    if overall not in {"1", "2", "3", "4", "5"}:
        return _form(survey, None, problem=True)
    given = Answer(int(overall), comment[:LONGEST_COMMENT])
    try:
        await runtime_of(request).database.transact(lambda tx: _save(tx, survey.id, given))
    except AnswerRefused:
        return _notice(survey.language, 410, lambda text: (text.late_title, text.late))
    return RedirectResponse(f"{request.url.path}/thanks", 303, web.HEADERS)


@router.get("/{token}/thanks")
async def thanks(request: Request, survey: Found) -> Response:
    language = survey.language if survey else _preferred(request)
    back = request.url.path.removesuffix("/thanks")
    return _notice(language, 200, lambda text: (text.thanks_title, text.thanks), back=back)


def _save(transaction: Transaction, identifier: str, given: Answer) -> None:
    row = store.survey_by_id(transaction.connection, identifier, lock=True)
    if row is None:
        raise AnswerRefused("This survey does not exist any more.")
    changed = answered(row["snapshot"], given, transaction.now)
    store.save_answer(transaction.connection, changed)
    transaction.emit(SurveyAnswered(survey=changed), traceparent=row["traceparent"])


def _form(survey: Survey, score: int | None, *, problem: bool = False) -> Response:
    return web.page(
        _templates,
        "survey.html",
        survey.language,
        422 if problem else 200,
        text=words(survey.language),
        survey=survey,
        score=score,
        problem=problem,
    )


def _notice(
    language: str, status: int, choose: Callable[[Words], tuple[str, str]], back: str | None = None
) -> Response:
    text = words(language)
    title, body = choose(text)
    values = {"title": title, "body": body, "back": back, "change": text.change}
    return web.page(_templates, "notice.html", language, status, **values)


def _preferred(request: Request) -> str:
    """The reader's language where no survey says it: what the browser asks for first."""
    asked = request.headers.get("accept-language", "").lower()
    if asked.startswith(("zh-tw", "zh-hk", "zh-mo", "zh-hant")):
        return "zh-Hant"
    return "zh-Hans" if asked.startswith("zh") else "en"
