"""The database dies, freezes, is cut off, has no connection left, or is blocked by somebody else."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable

import asyncpg
import httpx

from candor_common.provision import role_of
from tests.faults.chaos import Blow
from tests.faults.evidence import TABLES
from tests.faults.matrix import Fault, distributed
from tests.faults.scenes import Distributed, Setting
from tests.faults.trials import Strike

FROZEN = 45.0
"""Seconds for which the server stands still: longer than anything waits for it."""
ANSWERED_WITHIN = 42.0
"""Seconds that any request may take: ten for a connection, thirty for a statement."""
EMPTY = {"subject": "", "text": "", "from": {}}
IDLE = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = 'candor' AND state = 'idle in transaction' AND state_change < now() - interval '5 seconds'
"""
END_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'candor' AND pid <> pg_backend_pid()"


async def killed(scene: Distributed, chance: random.Random, seconds: float) -> None:
    """The server is killed and restarted, many times; the services stay up."""
    before = {name: one.pid for name, one in scene.installation.processes.items()}
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while loop.time() < until:
        await scene.chaos.at_once([Blow(chance.uniform(0.5, 3), "database", "kill", chance.uniform(0, 1))])
    restarted = [name for name, pid in before.items() if scene.installation.processes[name].pid != pid]
    scene.wrong.extend(f"{name} did not outlive the database" for name in restarted)


async def frozen(scene: Distributed, chance: random.Random, _seconds: float) -> None:
    """The server stands still, for long; every request is answered all the same, in time."""
    await asyncio.sleep(chance.uniform(1, 3))
    asking = asyncio.create_task(_ask_patiently(scene))
    await scene.chaos.at_once([Blow(0, "database", "pause", FROZEN)])
    await asking


async def _ask_patiently(scene: Distributed) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + FROZEN
    # A client of its own, which waits behind nobody else's calls.
    async with scene.installation.client() as client:
        client.timeout = httpx.Timeout(2 * ANSWERED_WITHIN)
        while loop.time() < until:
            for method, path, body in (("GET", "/v1/incidents", None), ("POST", "/v1/requests", EMPTY)):
                asked = loop.time()
                with contextlib.suppress(httpx.ReadTimeout):
                    await client.request(method, path, json=body)
                if loop.time() - asked > ANSWERED_WITHIN:
                    scene.wrong.append(f"{method} {path} took {loop.time() - asked:.0f} s")
            await asyncio.sleep(0.5)


async def cut(scene: Distributed, chance: random.Random, seconds: float) -> None:
    """Connections to the server break off in the middle of whatever they carry, in both directions."""
    loop = asyncio.get_running_loop()
    link = scene.servers.database_link
    assert link is not None
    until = loop.time() + seconds
    while loop.time() < until:
        await asyncio.sleep(chance.uniform(0.3, 1.5))
        link.cut_after(chance.randrange(0, 4000))


def by_somebody_else(
    disturb: Callable[[asyncpg.Connection, random.Random], Awaitable[None]],
) -> Strike[Distributed]:
    """Somebody else at the same server gets in the way, again and again."""

    async def strike(scene: Distributed, chance: random.Random, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while loop.time() < until:
            connection = await asyncpg.connect(scene.database)
            try:
                await disturb(connection, chance)
            finally:
                await connection.close()
            await asyncio.sleep(chance.uniform(0.5, 1.5))

    return strike


async def _locks(connection: asyncpg.Connection, chance: random.Random) -> None:
    service = chance.choice(list(TABLES))
    table = f"{role_of(service)}.{chance.choice([TABLES[service], 'outbox', 'consumer_position'])}"
    async with connection.transaction():
        await connection.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        await asyncio.sleep(chance.uniform(0.5, 3))


async def _ends_sessions(connection: asyncpg.Connection, _chance: random.Random) -> None:
    await connection.execute(END_SESSIONS)


async def open_transaction(scene: Distributed, _chance: random.Random, seconds: float) -> None:
    """A transaction with an id of its own stays open all the time, before any other begins."""
    connection = await asyncpg.connect(scene.database)
    try:
        async with connection.transaction():
            await connection.fetchval("SELECT txid_current()")
            await asyncio.sleep(seconds)
    finally:
        await connection.close()


async def no_connections(scene: Distributed, chance: random.Random, seconds: float) -> None:
    """Somebody takes every connection that the server has left, several times."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while loop.time() < until:
        taken: list[asyncpg.Connection] = []
        with contextlib.suppress(asyncpg.TooManyConnectionsError):
            while True:
                taken.append(await asyncpg.connect(scene.database))
        await asyncio.sleep(chance.uniform(1, 3))
        for one in taken:
            await one.close()
        await asyncio.sleep(chance.uniform(0.5, 1.5))


async def hung_up(scene: Distributed, chance: random.Random, seconds: float) -> None:
    """Clients hang up at random moments, five hundred times; no session of the database is left behind."""
    url = scene.installation.processes["triage"].url
    async with httpx.AsyncClient(trust_env=False, base_url=url) as client:
        for _ in range(500):
            with contextlib.suppress(TimeoutError, httpx.HTTPError):
                async with asyncio.timeout(chance.uniform(0.0005, 0.02)):
                    await client.get("/v1/incidents", params={"limit": "200"})
    await asyncio.sleep(seconds / 4)
    connection = await asyncpg.connect(scene.database)
    try:
        if left := await connection.fetchval(IDLE):
            scene.wrong.append(f"{left} sessions are idle in a transaction")
    finally:
        await connection.close()


FAULTS = (
    Fault(17, "PostgreSQL is killed and restarted, many times", distributed(killed)),
    Fault(18, "PostgreSQL stands still", distributed(frozen)),
    Fault(19, "links to PostgreSQL break in the middle", distributed(cut, Setting(link_to_database=True))),
    Fault(20, "PostgreSQL has no connection left", distributed(no_connections)),
    Fault(21, "tables are locked by somebody else", distributed(by_somebody_else(_locks))),
    Fault(21, "PostgreSQL ends all sessions", distributed(by_somebody_else(_ends_sessions))),
    Fault(23, "a transaction stays open", distributed(open_transaction)),
    Fault(24, "clients hang up", distributed(hung_up)),
)
