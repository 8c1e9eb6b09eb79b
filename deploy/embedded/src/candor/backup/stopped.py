"""Whether the services are stopped, as their sessions on the database tell. The seat of the relay, which tells it at
once, is taken only while there are brokers."""

import asyncio
from time import monotonic

from candor.backup.archive import BackupError
from candor.services import SERVICES
from candor_common.database.postgres_connect import connector
from candor_common.provision import role_of

QUIET = 12.0
"""Seconds after which a session that said nothing is only kept by a pooler: each service asks its database something
every ten."""
_AGAIN = 0.2
_LOUD = (
    "SELECT usename FROM pg_stat_activity WHERE datname = current_database() AND usename = ANY($1)"
    " AND coalesce(state_change, clock_timestamp()) > clock_timestamp() - make_interval(secs => $2) LIMIT 1"
)


async def check_stopped(url: str) -> None:
    """Wait until no service says anything to its database any more. Raises BackupError when one goes on."""
    names = {role_of(one.name): one.name for one in SERVICES}
    until = monotonic() + QUIET + 2 * _AGAIN
    connection = await connector(url, timeout=10)()
    try:
        while role := await connection.fetchval(_LOUD, list(names), QUIET):
            if monotonic() > until:
                raise BackupError(f"{names[role]} runs; stop the services first")
            await asyncio.sleep(_AGAIN)
    finally:
        await connection.close()
