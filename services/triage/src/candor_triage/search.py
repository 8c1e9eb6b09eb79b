"""For which incidents nobody was on shift, and when somebody is looked for again."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from candor_common.columns import Moment
from candor_common.events import Incident
from candor_triage.tables import incident

_KEEP = (
    sa.update(incident)
    .where(incident.c.id == sa.bindparam("of"))
    .values(look_at=sa.bindparam("moment", type_=Moment))
)


def keep(connection: Connection, searches: Mapping[str, datetime | None]) -> None:
    """Remember by incident when to look again; nothing when that is over."""
    if searches:
        connection.execute(_KEEP, [{"of": id, "moment": at} for id, at in searches.items()])


_DUE = (
    sa.select(incident.c.snapshot)
    .where(incident.c.look_at <= sa.bindparam("now", type_=Moment))
    .order_by(incident.c.look_at, incident.c.id)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True)
)


def due(connection: Connection, now: datetime, limit: int) -> list[Incident]:
    """Incidents for which somebody is to be looked for now, the longest waiting first.

    Passes over those that somebody is at: they come up again.
    """
    return list(connection.scalars(_DUE, {"now": now, "most": limit}))


_NEXT = sa.select(sa.func.min(incident.c.look_at))


def next_due(connection: Connection) -> datetime | None:
    """When somebody is to be looked for next; it may be over already."""
    moment: datetime | None = connection.scalar(_NEXT)
    return moment
