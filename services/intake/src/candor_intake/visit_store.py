"""How often each network has come to the public form of late, counted for all replicas together."""

from datetime import datetime, timedelta
from functools import cache

import sqlalchemy as sa
from sqlalchemy import Connection, Executable

from candor_common.columns import Moment, insert_of
from candor_intake.domain.pace import Visits
from candor_intake.tables import visit

_OLD = sa.bindparam("old", type_=Moment)
_FORGOTTEN_AT_ONCE = 100
# Locked rows are somebody's who comes just now; to wait for them could be to wait for each other.
_FORGET = sa.delete(visit).where(
    visit.c.network.in_(
        sa.select(visit.c.network)
        .where(visit.c.since <= _OLD)
        .limit(_FORGOTTEN_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
)


def count(connection: Connection, network: str, now: datetime, within: timedelta) -> Visits:
    """Count a visit. A network that was away for long enough begins anew, and some others like it are forgotten."""
    given = {"network": network, "now": now, "old": now - within}
    row = connection.execute(_counted(connection.dialect.name), given).one()
    if row.number == 1:
        connection.execute(_FORGET, {"old": now - within})
    return Visits(row.number, row.since)


@cache
def _counted(dialect: str) -> Executable:
    now, over = sa.bindparam("now", type_=Moment), visit.c.since <= _OLD
    insert = insert_of(dialect, visit).values(network=sa.bindparam("network"), since=now, number=1)
    changed = {
        "since": sa.case((over, now), else_=visit.c.since),
        "number": sa.case((over, 1), else_=visit.c.number + 1),
    }
    updating = insert.on_conflict_do_update(index_elements=["network"], set_=changed)
    counted: Executable = updating.returning(visit.c.number, visit.c.since)
    return counted
