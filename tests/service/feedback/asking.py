"""Resolutions in, invitations out."""

from datetime import datetime, timedelta

from candor_common.events import Survey, SurveyInvited
from candor_common.periodic import run_once
from candor_feedback.scheduler import invitations
from tests.plugins.facts import NINE, resolved
from tests.plugins.served import Served


def delay_of(feedback: Served) -> timedelta:
    """How long after a resolution the charter asks."""
    return feedback.runtime.context.charter.survey_delay


async def invite_due(feedback: Served) -> datetime | None:
    """Do what the clock asks for; returns when to look again."""
    return await run_once(invitations, feedback.runtime)


async def an_invited_survey(feedback: Served, language: str = "en") -> Survey:
    """The survey about an incident that was resolved at nine, as it was sent."""
    await feedback.receive(resolved(language=language))
    feedback.clock.set(NINE + delay_of(feedback))
    await invite_due(feedback)
    [fact] = await feedback.told()
    assert isinstance(fact, SurveyInvited)
    return fact.survey


def link_to(feedback: Served, survey: Survey) -> str:
    """The path of the link that the mail has."""
    return f"/survey/{feedback.runtime.context.signer.sign('survey', survey.id)}"
