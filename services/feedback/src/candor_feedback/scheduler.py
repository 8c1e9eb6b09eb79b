"""Sends the invitations whose time has come."""

from datetime import datetime, timedelta

from candor_common.database import Transaction
from candor_common.events import SurveyInvited
from candor_common.service import Periodic, Runtime
from candor_feedback import store
from candor_feedback.domain.survey import invited
from candor_feedback.handlers import DUE

PAGE = 200


async def invite_due(runtime: Runtime) -> datetime | None:
    """Emit an invitation for each survey that is due; returns when the next one is."""
    return await runtime.database.transact(_invite)


def _invite(transaction: Transaction) -> datetime | None:
    rows = store.due(transaction.connection, transaction.now, PAGE)
    sent = [invited(row["snapshot"], transaction.now) for row in rows]
    for survey, row in zip(sent, rows, strict=True):
        transaction.emit(SurveyInvited(survey=survey), traceparent=row["traceparent"])
    store.mark_invited(transaction.connection, sent)
    return store.next_send_at(transaction.connection)


invitations = Periodic("feedback.invitations", invite_due, timedelta(seconds=5), bells=(DUE,))
