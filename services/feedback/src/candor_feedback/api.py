"""Surveys, what they lead to and what they add up to, over REST, for the team."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from sqlalchemy import RowMapping

from candor_common.errors import BadRequest, Conflict, NotFound, Unprocessable, responses
from candor_common.events import FollowUp, Survey, Text
from candor_common.security import require
from candor_common.service import Runtime, runtime_of
from candor_feedback import answers, follow_ups, store
from candor_feedback.counts import counts
from candor_feedback.domain.follow_up import AnswersAlready, Done, Ending
from candor_feedback.domain.summary import Group, summary
from candor_feedback.follow_ups import State, Wanted

USUAL_PERIOD = timedelta(days=30)

Served = Annotated[Runtime, Depends(runtime_of)]
Incident = Annotated[
    str | None, Query(pattern=r"^INC-\d{1,18}$", description="A reference such as INC-000042")
]
Limit = Annotated[int, Query(ge=1, le=500)]


def _stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


Person = Annotated[Text, BeforeValidator(_stripped), StringConstraints(min_length=1, max_length=200)]
Words = Annotated[Text, BeforeValidator(_stripped), StringConstraints(min_length=1, max_length=4000)]


class SurveyView(BaseModel):
    """A survey with its state (planned, invited, answered, cancelled) and, when cancelled, the reason."""

    state: str
    reason: str | None
    send_at: datetime
    survey: Survey


class FollowUpView(BaseModel):
    """What an answer led to, the survey that it belongs to, and who did it."""

    state: State
    survey_id: str
    done_by: str | None
    follow_up: FollowUp


class DoneCommand(BaseModel):
    """What was done or answered, and by whom.

    The answer to a suggestion (`improvement_reply`) is sent to the customer as it is written. What is said of a call
    after a low score (`follow_up`) is for the team and stays here; a `reply` besides is sent to the customer.
    """

    model_config = ConfigDict(extra="forbid")

    by: Person
    answer: Words = Field(
        description="To a suggestion: what the customer reads. Else: what was done, for the team."
    )
    reply: Words | None = Field(
        None,
        description="After a low score: what the customer reads. When left out, they are not written to.",
    )


class SummaryView(BaseModel):
    """What came of the surveys that were sent in a period: all, by category of fault and by team.

    Shares run from 0 to 1. `satisfied` is the share of 4 and 5, with the interval in which it would lie, at 95 %, if
    everybody had answered. `rate` is answers per invitation. A group with fewer than 20 answers is `small`.
    """

    start: datetime = Field(serialization_alias="from")
    end: datetime = Field(serialization_alias="until")
    all: Group
    by_category: list[Group]
    by_team: list[Group]


router = APIRouter(prefix="/v1", tags=["feedback"], dependencies=[Depends(require("read"))])
works = APIRouter(prefix="/v1", tags=["feedback"], dependencies=[Depends(require("work"))])


@router.get("/surveys", summary="List surveys")
async def list_surveys(runtime: Served, incident: Incident = None, limit: Limit = 100) -> list[SurveyView]:
    """Surveys, the newest first."""
    rows = await runtime.database.read(lambda connection: store.surveys(connection, incident, limit))
    return [_view(row) for row in rows]


@router.get("/surveys/{identifier}", responses=responses(NotFound), summary="Show a survey")
async def get_survey(identifier: UUID, runtime: Served) -> SurveyView:
    """One survey."""
    row = await runtime.database.read(lambda connection: store.survey_by_id(connection, str(identifier)))
    if row is None:
        raise NotFound(f"There is no survey {identifier}.")
    return _view(row)


@router.get("/follow-ups", summary="List follow-ups")
async def list_follow_ups(
    runtime: Served, state: State | None = None, incident: Incident = None, limit: Limit = 100
) -> list[FollowUpView]:
    """What answers led to, the earliest due first."""
    wanted = Wanted(state, incident, limit)
    rows = await runtime.database.read(lambda connection: follow_ups.find(connection, wanted))
    return [_follow_up(row) for row in rows]


@router.get("/follow-ups/{identifier}", responses=responses(NotFound), summary="Show a follow-up")
async def get_follow_up(identifier: UUID, runtime: Served) -> FollowUpView:
    """One of them."""
    row = await runtime.database.read(lambda connection: follow_ups.by_id(connection, str(identifier)))
    if row is None:
        raise NotFound(f"There is no follow-up {identifier}.")
    return _follow_up(row)


@works.post(
    "/follow-ups/{identifier}/done",
    responses=responses(BadRequest, NotFound, Conflict, Unprocessable),
    summary="Finish a follow-up",
)
async def finish_follow_up(identifier: UUID, command: DoneCommand, runtime: Served) -> FollowUpView:
    """Say that it was done, and how. What answers a suggestion, or replies to a low score, leaves for the customer in
    their language's frame, with the words as they stand here. The same again changes nothing; 409 when it was done with
    other words."""
    name, how = str(identifier), Ending(command.answer, command.reply)
    try:
        found = await runtime.database.transact(
            lambda transaction: answers.finish(transaction, name, command.by, how)
        )
    except Done as done:
        raise Conflict(str(done)) from done
    except AnswersAlready as refused:
        raise Unprocessable(str(refused)) from refused
    if not found:
        raise NotFound(f"There is no follow-up {identifier}.")
    return await get_follow_up(identifier, runtime)


@router.get("/feedback/summary", summary="Sum up the answers")
async def sum_up(
    runtime: Served,
    start: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    end: Annotated[AwareDatetime | None, Query(alias="until")] = None,
) -> SummaryView:
    """The surveys sent `from` a moment and before `until` another, and their answers; the last 30 days by default."""
    end = end or runtime.clock.now()
    start = start or end - USUAL_PERIOD
    if start >= end:
        raise Unprocessable("`from` has to be earlier than `until`.")
    period = (start, end)
    found = summary(await runtime.database.read(lambda connection: counts(connection, *period)))
    return SummaryView(
        start=start, end=end, all=found.all, by_category=found.by_category, by_team=found.by_team
    )


def _view(row: RowMapping) -> SurveyView:
    return SurveyView(
        state=row["state"], reason=row["reason"], send_at=row["send_at"], survey=row["snapshot"]
    )


def _follow_up(row: RowMapping) -> FollowUpView:
    return FollowUpView(
        state=row["state"],
        survey_id=row["survey_id"],
        done_by=row["done_by"],
        follow_up=row["snapshot"],
    )
