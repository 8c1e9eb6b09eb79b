"""The database of the distributed mode: the server, and every schema that the given role may read."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from candor.doctor.clocks import apart
from candor.doctor.finding import Finding, ok, problem, warning
from candor.doctor.sqlite import parked
from candor.services import SERVICES
from candor_common.database.postgres_connect import dsn_of
from candor_common.feed import Partition
from candor_common.migrate import head, version_table
from candor_common.provision import role_of
from candor_common.service import Service

OLDEST = 14
"""The first version of PostgreSQL that is supported."""
LATE, TOO_LATE = timedelta(minutes=1), timedelta(minutes=5)
MANY = 0.8
START = "check that it runs, its disk, and CANDOR_DATABASE_URL; see the runbook"
# Whoever is no superuser is not told of others' sessions what they are, and sees theirs all the same.
_SESSIONS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datid IS NOT NULL AND usesysid IS NOT NULL"
    " AND coalesce(backend_type, 'client backend') = 'client backend'"
)
_SERVER = (
    "SELECT current_setting('server_version_num')::int AS version, clock_timestamp() AS now,"
    f" ({_SESSIONS}) AS used,"
    " current_setting('max_connections')::int AS most, pg_database_size(current_database()) AS size,"
    " current_setting('transaction_read_only') AS read_only"
)
_MINE = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1 AND has_schema_privilege(oid, 'USAGE'))"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the databases say, for those who compare it with the brokers."""

    findings: list[Finding] = field(default_factory=list)
    positions: dict[str, dict[Partition, int]] = field(default_factory=dict)
    """By service."""
    next_reference: int | None = None


async def look(url: str) -> Seen:
    """Everything about the database. Raises what the driver says when it can't be reached."""
    async with _connected(url) as connection:
        sent = datetime.now(UTC)
        server = await connection.fetchrow(_SERVER)
        findings = [*_server(server), apart("database clock", server["now"], sent, datetime.now(UTC))]
        reachable = [one for one in SERVICES if await connection.fetchval(_MINE, role_of(one.name))]
        if not reachable:
            do = "run `candor database provision`, or set CANDOR_DATABASE_URL to a role of Candor's"
            return Seen([*findings, problem("schemas", "none can be read", do)])
        places = {str(one.name): await _schema(connection, one, findings) for one in reachable}
        number = await _next_reference(connection, [one.name for one in reachable])
    return Seen(findings, places, number)


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(dsn_of(url), timeout=5)
    try:
        yield connection
    finally:
        await connection.close(timeout=1)


def _server(row: Any) -> Iterator[Finding]:
    version = row["version"] // 10_000
    if version < OLDEST:
        yield problem("database", f"PostgreSQL {version}", f"upgrade it to {OLDEST} or later")
    elif row["read_only"] == "on":
        yield problem("database", "it takes no writes", "point CANDOR_DATABASE_URL at the primary")
    else:
        yield ok("database", f"PostgreSQL {version}, {row['size'] / 2**20:,.0f} MiB")
    detail = f"{row['used']} of {row['most']} in use"
    if row["used"] > MANY * row["most"]:
        do = "raise max_connections, or end what else connects; each replica of Candor takes up to ten"
        yield warning("connections", detail, do)
    else:
        yield ok("connections", detail)


async def _schema(connection: Any, service: Service, findings: list[Finding]) -> dict[Partition, int]:
    """Adds what is found about one service; returns its positions."""
    schema = role_of(service.name)
    findings += [await _migrations(connection, service, schema)]
    if findings[-1].state == "problem":
        return {}
    findings += [await _backlog(connection, service.name, schema)]
    waiting = await connection.fetchval(
        f"SELECT count(*) FROM {schema}.parked_event WHERE replayed_at IS NULL AND discarded_at IS NULL"
    )
    findings += [parked(service.name, waiting) if waiting else ok("parked events", f"none of {service.name}")]
    rows = await connection.fetch(f"SELECT topic, partition, next_offset FROM {schema}.consumer_position")
    return {Partition(row["topic"], row["partition"]): row["next_offset"] for row in rows}


async def _migrations(connection: Any, service: Service, schema: str) -> Finding:
    for package in ("candor_common", service.package):
        try:
            found = await connection.fetchval(f"SELECT version_num FROM {schema}.{version_table(package)}")
        except asyncpg.UndefinedTableError:
            return problem("migrations", f"{schema} has no tables", f"start {service.name}, which makes them")
        if found != head(package):
            do = f"restart {service.name}; when it refuses, a later version has been here: start that one"
            return problem("migrations", f"{schema}: {package} is at {found}, not {head(package)}", do)
    return ok("migrations", f"{schema} is current")


async def _backlog(connection: Any, service: str, schema: str) -> Finding:
    row = await connection.fetchrow(
        f"SELECT count(*) AS events, min(time) AS oldest, clock_timestamp() AS now FROM {schema}.outbox"
        " WHERE published_at IS NULL"
    )
    waits = row["now"] - row["oldest"] if row["oldest"] else timedelta()
    detail = (
        f"{row['events']} events of {service} wait for Kafka, the oldest for {waits.total_seconds():.0f} s"
    )
    do = f"check the brokers, and that {service} runs; nothing is lost"
    if waits > TOO_LATE:
        return problem("outbox", detail, do)
    return warning("outbox", detail, do) if waits > LATE else ok("outbox", detail)


async def _next_reference(connection: Any, services: Sequence[str]) -> int | None:
    if "intake" not in services:
        return None
    try:
        found = await connection.fetchval(
            f"SELECT next FROM {role_of('intake')}.counter WHERE name = 'reference'"
        )
    except asyncpg.UndefinedTableError:
        return None
    return int(found) if found else 1
