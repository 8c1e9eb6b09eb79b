"""After a resolution a survey is planned; when the incident is reopened before that, it is not sent."""

from collections.abc import Sequence

from candor_common.database import Transaction
from candor_common.events import Envelope, IncidentReopened, IncidentResolved
from candor_common.service import Context, Subscriptions
from candor_feedback import store
from candor_feedback.domain.survey import planned

DUE = "feedback.due"


def plan_surveys(
    transaction: Transaction, events: Sequence[Envelope[IncidentResolved]], context: Context
) -> None:
    """Plan one survey per resolution of an incident that a person reported."""
    delay, life = context.charter.survey_delay, context.charter.survey_expires
    plans = [
        store.Plan(survey, event.fact.incident.version, event.traceparent)
        for event in events
        if (survey := planned(event.fact.incident, delay, life)) is not None
    ]
    store.plan(transaction.connection, plans)
    transaction.wake(DUE)


def cancel_surveys(
    transaction: Transaction, events: Sequence[Envelope[IncidentReopened]], _context: Context
) -> None:
    """Nobody is asked how it went while it still goes on."""
    versions = {event.fact.incident.id: event.fact.incident.version for event in events}
    store.cancel_planned(transaction.connection, versions, "reopened")


subscriptions: Subscriptions = {IncidentResolved: plan_surveys, IncidentReopened: cancel_surveys}
