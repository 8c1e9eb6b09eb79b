"""Words that had left, or were to leave, and did not arrive: said as a fact of its own, and told to whoever has the
incident. What the record held of them as sent is not taken back; they did leave."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import sqlalchemy as sa
from sqlalchemy import Connection

from candor_common.columns import among
from candor_common.database import Transaction
from candor_common.events import (
    Envelope,
    Message,
    MessageState,
    MessageUndelivered,
    ReplyReceived,
    RequestReceived,
)
from candor_common.service import Context
from candor_notifier import snapshots, store
from candor_notifier.domain import nudging
from candor_notifier.domain.message import undelivered
from candor_notifier.planner import desk_of, plan
from candor_notifier.tables import message

Gone: TypeAlias = tuple[Message, str]
"""A message that did not arrive, and the trace that it carries on."""

_NOT_LOST = (MessageState.PLANNED.value, MessageState.DELAYED.value, MessageState.SENT.value)
_FOUND = (
    sa.select(message.c.snapshot, message.c.traceparent)
    .where(among(message.c.id, "ids"), message.c.state.in_(_NOT_LOST))
    .order_by(message.c.id)
    .with_for_update()
)


def hear_bounces(
    transaction: Transaction,
    events: Iterable[Envelope[RequestReceived] | Envelope[ReplyReceived]],
    context: Context,
) -> None:
    """What bounces bring back. A bounce of mail that is not ours changes nothing."""
    reasons = {
        identifier: told.reason
        for event in events
        if (told := event.fact.non_delivery)
        for identifier in filter(None, map(_named_by, told.message_ids))
    }
    note(transaction, reasons, context)


def note(transaction: Transaction, reasons: Mapping[str, str], context: Context) -> None:
    """Messages did not arrive, by their ids, and why; what is known to be lost already stays as it is."""
    if not reasons:
        return
    found = _on_their_way(transaction.connection, reasons)
    lost = [(undelivered(one, reasons[one.id]), trace) for one, trace in found]
    store.save_outcomes(transaction.connection, [one for one, _ in lost])
    for one, trace in lost:
        transaction.emit(MessageUndelivered(message=one), traceparent=trace)
    tell_team(transaction, lost, context)


def tell_team(transaction: Transaction, lost: Sequence[Gone], context: Context) -> None:
    """Nudge whoever has the incidents; where the charter knows no contact, nobody."""
    if not lost or not nudging.knows_contacts(context.charter):
        return
    incidents = snapshots.incidents_by_id(transaction.connection, {one.incident_id for one, _ in lost})
    desk = desk_of(transaction, context)
    planned = [
        (nudge, trace)
        for one, trace in lost
        if one.incident_id in incidents
        for nudge in nudging.when_words_are_lost(
            one, nudging.Scene(incidents[one.incident_id], context.charter, desk)
        )
    ]
    plan(transaction, planned, context)


def _on_their_way(connection: Connection, ids: Iterable[str]) -> list[Gone]:
    """Those of the messages that left, or are about to as far as is recorded, locked; each with its trace."""
    return [(row.snapshot, row.traceparent) for row in connection.execute(_FOUND, {"ids": list(ids)})]


def _named_by(message_id: str) -> str:
    """Our own id of a message, which stands in that of its mail between the incident's and the domain."""
    return message_id.strip("<>").rpartition("@")[0].partition(".")[2]
