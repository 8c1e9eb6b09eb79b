"""Surveys over REST, for the team."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from sqlalchemy import RowMapping

from candor_common.errors import NotFound, responses
from candor_common.events import Survey
from candor_common.security import require
from candor_common.service import Runtime, runtime_of
from candor_feedback import store


class SurveyView(BaseModel):
    """A survey with its state (planned, invited, answered, cancelled) and, when cancelled, the reason."""

    state: str
    reason: str | None
    send_at: datetime
    survey: Survey


router = APIRouter(prefix="/v1/surveys", tags=["feedback"], dependencies=[Depends(require("read"))])


@router.get("")
async def list_surveys(
    runtime: Annotated[Runtime, Depends(runtime_of)],
    incident: Annotated[
        str | None, Query(pattern=r"^INC-\d{1,18}$", description="A reference such as INC-000042")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[SurveyView]:
    """Surveys, the newest first."""
    rows = await runtime.database.read(lambda connection: store.surveys(connection, incident, limit))
    return [_view(row) for row in rows]


@router.get("/{identifier}", responses=responses(NotFound))
async def get_survey(identifier: UUID, runtime: Annotated[Runtime, Depends(runtime_of)]) -> SurveyView:
    """One survey."""
    row = await runtime.database.read(lambda connection: store.survey_by_id(connection, str(identifier)))
    if row is None:
        raise NotFound(f"There is no survey {identifier}.")
    return _view(row)


def _view(row: RowMapping) -> SurveyView:
    return SurveyView(
        state=row["state"], reason=row["reason"], send_at=row["send_at"], survey=row["snapshot"]
    )
