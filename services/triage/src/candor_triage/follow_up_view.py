"""Follow-ups as triage's pages show them: a copy of what feedback tells."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from candor_common.columns import Moment, save_newer
from candor_common.events import Fact, FollowUp, FollowUpDone, FollowUpOpened
from candor_triage.pages_tables import follow_up as table


def keep(connection: Connection, facts: Iterable[Fact]) -> None:
    """Keep what facts say about follow-ups; what is older than what is known changes nothing."""
    told = [fact.follow_up for fact in facts if isinstance(fact, FollowUpOpened | FollowUpDone)]
    newest = {one.id: one for one in sorted(told, key=lambda one: one.version)}
    save_newer(connection, table, [_row(one) for one in newest.values()], key="id", version="version")


_OPEN = sa.select(table.c.snapshot).where(table.c.open).order_by(table.c.due_at, table.c.id)
_OF_ONE = _OPEN.where(table.c.incident_id == sa.bindparam("of"))
_OVERDUE = _OPEN.where(table.c.due_at <= sa.bindparam("now", type_=Moment)).limit(sa.bindparam("most"))


def of_incident(connection: Connection, incident_id: str) -> list[FollowUp]:
    """What is open because of an incident's survey, the earliest due first."""
    return list(connection.scalars(_OF_ONE, {"of": incident_id}))


def overdue(connection: Connection, now: datetime, limit: int) -> list[FollowUp]:
    """What is open and should have been done, the earliest due first."""
    return list(connection.scalars(_OVERDUE, {"now": now, "most": limit}))


def _row(one: FollowUp) -> dict[str, Any]:
    return {
        "id": one.id,
        "incident_id": one.incident_id,
        "version": one.version,
        "open": one.done_at is None,
        "due_at": one.due_at,
        "snapshot": one,
    }
