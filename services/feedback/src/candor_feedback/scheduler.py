"""Sends the invitations whose time has come."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import RowMapping

from candor_common.charter import Charter
from candor_common.database import Transaction
from candor_common.events import Survey, SurveyInvited, SurveySkipped
from candor_common.service import Periodic, Runtime
from candor_feedback import store
from candor_feedback.domain.asking import asked_before, when_awake
from candor_feedback.domain.survey import invited
from candor_feedback.handlers import DUE

PAGE = 200


async def invite_due(runtime: Runtime) -> datetime | None:
    """Emit an invitation for each survey that is due; returns when the next one is."""
    charter = runtime.context.charter
    return await runtime.database.transact(lambda transaction: _invite(transaction, charter))


def _invite(transaction: Transaction, charter: Charter) -> datetime | None:
    rows = store.due(transaction.connection, transaction.now, PAGE)
    if rows:
        _ask(transaction, _awake(transaction, rows, charter), charter.survey_at_most_every)
    return store.next_send_at(transaction.connection)


def _awake(transaction: Transaction, rows: Sequence[RowMapping], charter: Charter) -> list[RowMapping]:
    """Whose recipients can be written to now. After an outage it may be night where others are: they get theirs later."""
    now = transaction.now
    wake = {row["id"]: when_awake(row["snapshot"].recipient, now, charter) for row in rows}
    store.postpone(transaction.connection, {one: moment for one, moment in wake.items() if moment > now})
    return [row for row in rows if wake[row["id"]] <= now]


def _ask(transaction: Transaction, rows: Sequence[RowMapping], at_most_every: timedelta) -> None:
    """Invite everybody who was not asked lately, each once."""
    now = transaction.now
    last = store.ask(transaction.connection, [row["snapshot"] for row in rows], now, at_most_every)
    sent: list[Survey] = []
    tired: dict[str, str] = {}
    for row in rows:
        asked = last[row["id"]]
        if asked.survey_id == row["id"]:
            survey = invited(row["snapshot"], now)
            sent.append(survey)
            transaction.emit(SurveyInvited(survey=survey), traceparent=row["traceparent"])
        else:
            tired[row["id"]] = reason = asked_before(now - asked.at, asked.incident_id)
            skipped = SurveySkipped(incident_id=row["incident_id"], reason=reason)
            transaction.emit(skipped, traceparent=row["traceparent"])
    store.mark_invited(transaction.connection, sent)
    store.cancel(transaction.connection, tired)


invitations = Periodic("feedback.invitations", invite_due, timedelta(seconds=5), bells=(DUE,))
