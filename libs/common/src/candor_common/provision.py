"""Setting up PostgreSQL: for every service a schema and a role that reaches nothing else."""

from collections.abc import Mapping
from typing import Any, get_args

import asyncpg

from candor_common.events import Emitter
from candor_common.refusals import of_database
from candor_common.settings import SettingsError

SERVICES: tuple[str, ...] = get_args(Emitter)
_ADMINISTRATOR = "the administrator's URL of the database"
_NEEDED = (
    "(it has to own the database and to have CREATEROLE; roles candor_… that are there it has to have made)"
)
_SUPERUSER = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
_CHOOSY = 160_000
"""The version of the server from which on a member of a role can do without its rights."""
# Before version 15 it is a superuser's, and whoever is none has to leave it as it is.
_CLOSE_PUBLIC = (
    "DO $$ BEGIN IF EXISTS (SELECT FROM pg_namespace WHERE nspname = 'public' AND pg_has_role(nspowner, 'USAGE'))"
    " THEN REVOKE ALL ON SCHEMA public FROM PUBLIC; END IF; END $$"
)


def role_of(service: str) -> str:
    """`sla-timer` has the role and the schema `candor_sla_timer`."""
    return f"candor_{service.replace('-', '_')}"


def statements(database: str, service: str, password: str, member: str | None = None) -> list[str]:
    """SQL that makes role and schema of one service, or renews the password; safe to run again. `member` is how an
    administrator who is no superuser is let into the role: only so may he give something to it, and act for it."""
    role = role_of(service)
    secret = password.replace("'", "''")
    missing = f"NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')"
    return [
        f"DO $$ BEGIN IF {missing} THEN CREATE ROLE {role} LOGIN; END IF; END $$",
        # What else a role could do it can't from the start; saying so again is for superusers only.
        f"ALTER ROLE {role} WITH LOGIN PASSWORD '{secret}'",
        *([] if member is None else [f"GRANT {role} TO CURRENT_USER{member}"]),
        f"CREATE SCHEMA IF NOT EXISTS {role} AUTHORIZATION {role}",
        f"REVOKE ALL ON SCHEMA {role} FROM PUBLIC",
        f'ALTER ROLE {role} IN DATABASE "{database}" SET search_path = {role}',
        f'GRANT CONNECT ON DATABASE "{database}" TO {role}',
    ]


async def provision(administrator: str, passwords: Mapping[str, str]) -> None:
    """Set up the services named in `passwords` (service -> password) in the database of an administrator's URL
    (`postgresql://…`), who owns it and may make roles. Raises SettingsError when the server does not let the
    administrator in, or do this."""
    connection = await _connected(administrator)
    try:
        async with connection.transaction():
            await _set_up(connection, passwords)
    except asyncpg.InsufficientPrivilegeError as error:
        raise SettingsError(f"{_ADMINISTRATOR}: {' '.join(str(error).split())} {_NEEDED}") from None
    finally:
        await connection.close()


async def _set_up(connection: Any, passwords: Mapping[str, str]) -> None:
    database = await connection.fetchval("SELECT current_database()")
    member = await _membership(connection)
    await connection.execute(_CLOSE_PUBLIC)
    await connection.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
    for service, password in passwords.items():
        for statement in statements(database, service, password, member):
            await connection.execute(statement)


async def _membership(connection: Any) -> str | None:
    if await connection.fetchval(_SUPERUSER):
        return None
    version = int(await connection.fetchval("SELECT current_setting('server_version_num')"))
    return " WITH SET TRUE, INHERIT TRUE" if version >= _CHOOSY else ""


async def _connected(administrator: str) -> Any:
    try:
        return await asyncpg.connect(administrator)
    except Exception as error:
        if refusal := of_database(error, _ADMINISTRATOR):
            raise SettingsError(refusal) from None
        raise
