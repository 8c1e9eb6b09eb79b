"""What is asked of the incidents that are over: which have held for long enough to be verified, or closed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from candor_common.charter import Charter
from candor_common.columns import Moment
from candor_common.events import Incident, IncidentStatus
from candor_triage.tables import incident


@dataclass(frozen=True, slots=True)
class Watch:
    """How long after its resolution an incident is verified, and closed."""

    verify_after: timedelta
    close_after: timedelta

    @classmethod
    def of(cls, charter: Charter) -> "Watch":
        """As the charter says."""
        return cls(charter.verify_after, charter.close_after)

    def until(self, now: datetime) -> dict[str, datetime]:
        """Up to when something must have been resolved to be due."""
        return {"verify_until": now - self.verify_after, "close_until": now - self.close_after}


_RESOLVED = incident.c.status == IncidentStatus.RESOLVED.value
_VERIFIED = incident.c.status == IncidentStatus.VERIFIED.value
_VERIFY_UNTIL = sa.bindparam("verify_until", type_=Moment)
_CLOSE_UNTIL = sa.bindparam("close_until", type_=Moment)
_DUE = (
    sa.select(incident.c.snapshot)
    .where(
        sa.or_(
            sa.and_(_RESOLVED, incident.c.resolved_at <= _VERIFY_UNTIL),
            sa.and_(_VERIFIED, incident.c.resolved_at <= _CLOSE_UNTIL),
        )
    )
    .order_by(incident.c.resolved_at, incident.c.id)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True)
)


def due(connection: Connection, watch: Watch, now: datetime, limit: int) -> list[Incident]:
    """Incidents whose verification or closing is due, the oldest resolution first.

    Passes over those that somebody else is at: they come up again.
    """
    return list(connection.scalars(_DUE, watch.until(now) | {"most": limit}))


_FIRST = sa.select(sa.func.min(incident.c.resolved_at))
_NEXT_TO_VERIFY = _FIRST.where(_RESOLVED, incident.c.resolved_at > _VERIFY_UNTIL)
_NEXT_TO_CLOSE = _FIRST.where(_VERIFIED, incident.c.resolved_at > _CLOSE_UNTIL)


def next_due(connection: Connection, watch: Watch, now: datetime) -> datetime | None:
    """When the first of those is due that are not due yet."""
    until = watch.until(now)
    to_verify = connection.scalar(_NEXT_TO_VERIFY, {"verify_until": until["verify_until"]})
    to_close = connection.scalar(_NEXT_TO_CLOSE, {"close_until": until["close_until"]})
    moments = [to_verify and to_verify + watch.verify_after, to_close and to_close + watch.close_after]
    return min(filter(None, moments), default=None)
