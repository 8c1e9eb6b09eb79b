"""Setting up PostgreSQL: for every service a schema and a role that reaches nothing else."""

from collections.abc import Mapping
from typing import Any, get_args

import asyncpg

from candor_common.events import Emitter
from candor_common.refusals import of_database
from candor_common.settings import SettingsError

SERVICES: tuple[str, ...] = get_args(Emitter)


def role_of(service: str) -> str:
    """`sla-timer` has the role and the schema `candor_sla_timer`."""
    return f"candor_{service.replace('-', '_')}"


def statements(database: str, service: str, password: str) -> list[str]:
    """SQL that makes role and schema of one service, or renews the password; safe to run again."""
    role = role_of(service)
    secret = password.replace("'", "''")
    missing = f"NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')"
    return [
        f"DO $$ BEGIN IF {missing} THEN CREATE ROLE {role} LOGIN; END IF; END $$",
        f"ALTER ROLE {role} WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{secret}'",
        f"CREATE SCHEMA IF NOT EXISTS {role} AUTHORIZATION {role}",
        f"REVOKE ALL ON SCHEMA {role} FROM PUBLIC",
        f'ALTER ROLE {role} IN DATABASE "{database}" SET search_path = {role}',
        f'GRANT CONNECT ON DATABASE "{database}" TO {role}',
    ]


async def provision(administrator: str, passwords: Mapping[str, str]) -> None:
    """Set up the services named in `passwords` (service -> password) in the database of an administrator's URL
    (`postgresql://…`). Raises SettingsError when the server does not let the administrator in."""
    connection = await _connected(administrator)
    try:
        database = await connection.fetchval("SELECT current_database()")
        async with connection.transaction():
            await connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
            await connection.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
            for service, password in passwords.items():
                for statement in statements(database, service, password):
                    await connection.execute(statement)
    finally:
        await connection.close()


async def _connected(administrator: str) -> Any:
    try:
        return await asyncpg.connect(administrator)
    except Exception as error:
        if refusal := of_database(error, "the administrator's URL of the database"):
            raise SettingsError(refusal) from None
        raise
