"""How well promises are kept, told apart by who has them, what they are, and how fast people look."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

import sqlalchemy as sa
from sqlalchemy import Connection

from candor_common.columns import Moment
from candor_common.events import PromiseState
from candor_triage.pages_tables import promise
from candor_triage.tables import incident

Side: TypeAlias = Literal["team", "kind", "lane"]
SIDES: tuple[Side, ...] = ("team", "kind", "lane")
_AT_RISK = "at_risk"


@dataclass(frozen=True, slots=True)
class Tally:
    """Promises that were kept or missed in a time, and those that are at risk now."""

    kept: int = 0
    at_risk: int = 0
    missed: int = 0

    @property
    def percent(self) -> int | None:
        """How many of those that ended were kept, rounded down; nothing when none has ended."""
        ended = self.kept + self.missed
        return 100 * self.kept // ended if ended else None

    def plus(self, state: str, number: int) -> "Tally":
        """With some more in a state."""
        match state:
            case PromiseState.KEPT:
                return Tally(self.kept + number, self.at_risk, self.missed)
            case PromiseState.BREACHED:
                return Tally(self.kept, self.at_risk, self.missed + number)
        return Tally(self.kept, self.at_risk + number, self.missed)


@dataclass(frozen=True, slots=True)
class Group:
    """How many promises of a team, kind and lane are in a state."""

    team: str
    kind: str
    lane: str
    state: str
    number: int


_AT_RISK_NOW = sa.and_(
    promise.c.state == PromiseState.OPEN.value,
    promise.c.running,
    promise.c.warn_at <= sa.bindparam("now", type_=Moment),
)
_ENDED = promise.c.ended_at >= sa.bindparam("since", type_=Moment)
_STATE = sa.case((_ENDED, promise.c.state), else_=_AT_RISK)
_GROUPS = (
    sa.select(incident.c.team, promise.c.kind, incident.c.lane, _STATE.label("standing"), sa.func.count())
    .join_from(promise, incident, promise.c.incident_id == incident.c.id)
    .where(sa.or_(_ENDED, _AT_RISK_NOW))
    .group_by(incident.c.team, promise.c.kind, incident.c.lane, sa.text("standing"))
)


def groups(connection: Connection, since: datetime, now: datetime) -> list[Group]:
    """The promises that ended since a moment and those that are at risk now, in one statement."""
    return [Group(*row) for row in connection.execute(_GROUPS, {"since": since, "now": now})]


def by(side: Side, found: Iterable[Group]) -> Mapping[str, Tally]:
    """The same counted by one side, the side with most misses first."""
    tallies: dict[str, Tally] = {}
    for one in found:
        name = str(getattr(one, side))
        tallies[name] = tallies.get(name, Tally()).plus(one.state, one.number)
    return dict(sorted(tallies.items(), key=lambda pair: (-pair[1].missed, -pair[1].at_risk, pair[0])))
