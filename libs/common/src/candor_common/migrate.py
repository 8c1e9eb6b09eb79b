"""Schema migrations: one Alembic tree per package, each with a version table of its own, on both databases."""

import asyncio
from collections.abc import Sequence
from importlib.resources import as_file, files

import sqlalchemy as sa
import structlog
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from candor_common.database import Database, Transaction
from candor_common.failures import is_unavailable

log = structlog.get_logger()

PAUSE = 0.5
_LOCK = 0x43_61_6E_64_6F_72
"""Any number that all replicas share; these are the letters of the product's name."""


def version_table(package: str) -> str:
    """`candor_sla_timer` keeps its version in `sla_timer_version`."""
    return f"{package.removeprefix('candor_')}_version"


async def migrate(database: Database, packages: Sequence[str]) -> None:
    """Bring the tables of the packages up to date; replicas that start together wait for each other,
    and all of them for a database that is not up yet."""

    def work(transaction: Transaction) -> None:
        if transaction.connection.dialect.name == "postgresql":
            transaction.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        for package in packages:
            upgrade(transaction.connection, package)

    while True:
        try:
            return await database.transact(work)
        except Exception as error:
            if not is_unavailable(error):
                raise
            log.warning("database_away", error=str(error)[:200])
            await asyncio.sleep(PAUSE)


def upgrade(connection: Connection, package: str) -> None:
    """Run the migrations of one package that this database has not seen."""
    with as_file(files(package) / "migrations") as folder:
        script = ScriptDirectory(str(folder))
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": version_table(package),
                "fn": lambda revision, _context: script._upgrade_revs("head", revision),
            },
        )
        if context.get_current_heads() == tuple(script.get_heads()):
            return
        log.info("migrating", package=package, to=script.get_current_head())
        with Operations.context(context):
            context.run_migrations()
