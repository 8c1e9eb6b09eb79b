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
    charter = context.charter
    found = []
    for event in events:
        survey = planned(event.fact.incident, charter.survey_delay, charter.survey_expires)
        if survey is not None:
            found.append((survey, event.traceparent))
    store.plan(transaction.connection, found)
    transaction.wake(DUE)


def cancel_surveys(
    transaction: Transaction, events: Sequence[Envelope[IncidentReopened]], _context: Context
) -> None:
    """Nobody is asked how it went while it still goes on."""
    store.cancel_planned(transaction.connection, [event.subject for event in events], "reopened")


subscriptions: Subscriptions = {IncidentResolved: plan_surveys, IncidentReopened: cancel_surveys}
