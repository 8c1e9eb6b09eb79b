"""Which dates customers had been told when the priority of their incident changed."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from candor_common.columns import among
from candor_common.database import Transaction
from candor_common.events import Envelope, MessageKind, MessageState, PriorityChanged, Promise, PromiseState
from candor_notifier import snapshots
from candor_notifier.domain import retimed
from candor_notifier.tables import message

_SPOKEN_TO = sa.select(message.c.incident_id).where(
    among(message.c.incident_id, "about"),
    message.c.kind != MessageKind.NUDGE.value,
    message.c.state == MessageState.SENT.value,
)


def dates_told(
    transaction: Transaction, events: Sequence[Envelope[Any]]
) -> Mapping[str, tuple[Promise, ...]]:
    """By event that changes a priority, the promises whose dates the customer had been told by then.

    Whom nothing has reached yet is told each date as it holds when it leaves, so that none has moved for them.
    """
    changed = [event for event in events if isinstance(event.fact, PriorityChanged)]
    if not changed:
        return {}
    connection, now = transaction.connection, transaction.now
    spoken_to = _spoken_to(connection, {event.subject for event in changed})
    promises = snapshots.promises_of(connection, spoken_to, {PromiseState.OPEN})
    found = {}
    for event in changed:
        its_own = [one for one in promises if one.incident_id == event.subject]
        if (known := retimed.told(its_own, event.fact.incident, now)) is not None:
            found[event.id] = known
    return found


def _spoken_to(connection: Connection, incident_ids: Collection[str]) -> set[str]:
    return set(connection.scalars(_SPOKEN_TO, {"about": incident_ids}))
