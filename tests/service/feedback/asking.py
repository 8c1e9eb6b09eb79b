"""Verified fixes in, invitations out."""

from datetime import datetime, timedelta
from typing import Any

from candor_common.events import (
    IncidentCancelled,
    IncidentMerged,
    IncidentStatus,
    IncidentVerified,
    Survey,
    SurveyInvited,
)
from candor_common.periodic import run_once
from candor_feedback.scheduler import invitations
from tests.plugins.facts import FIXED, NINE, an_incident
from tests.plugins.served import Served


def verified(id: str = "INC-000001", at: datetime = NINE, **given: Any) -> IncidentVerified:
    """The fix holds, as somebody found out at that moment."""
    usual = {"version": 3, "status": IncidentStatus.VERIFIED, "resolved_at": at, "verified_at": at}
    return IncidentVerified(incident=an_incident(id, **usual | {"resolution": FIXED} | given), by="ana")


def merged(id: str = "INC-000001", **given: Any) -> IncidentMerged:
    usual = {"version": 4, "status": IncidentStatus.MERGED, "merged_into": "INC-000009"}
    return IncidentMerged(incident=an_incident(id, **usual | given), by="ana")


def cancelled(id: str = "INC-000001", **given: Any) -> IncidentCancelled:
    incident = an_incident(id, **{"version": 4, "status": IncidentStatus.CANCELLED} | given)
    return IncidentCancelled(incident=incident, by="ana", reason="Taken back.")


def delay_of(feedback: Served) -> timedelta:
    """How long after a fix was verified the charter asks."""
    return feedback.runtime.context.charter.survey_delay


async def invite_due(feedback: Served) -> datetime | None:
    """Do what the clock asks for; returns when to look again."""
    return await run_once(invitations, feedback.runtime)


async def an_invited_survey(feedback: Served, language: str = "en", **given: Any) -> Survey:
    """The survey about an incident whose fix was verified at nine, as it was sent."""
    await feedback.receive(verified(language=language, **given))
    feedback.clock.set(NINE + delay_of(feedback))
    await invite_due(feedback)
    [fact] = await feedback.told()
    assert isinstance(fact, SurveyInvited)
    return fact.survey


def link_to(feedback: Served, survey: Survey) -> str:
    """The path of the link that the mail has."""
    return f"/survey/{feedback.runtime.context.signer.sign('survey', survey.id)}"
