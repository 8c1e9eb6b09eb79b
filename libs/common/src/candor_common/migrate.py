"""Schema migrations: one Alembic tree per package, each with a version table of its own, on both databases."""

import asyncio
from collections.abc import Callable, Sequence
from importlib.resources import as_file, files
from typing import Protocol, TypeVar, runtime_checkable

import sqlalchemy as sa
import structlog
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from candor_common.database import Database, Transaction
from candor_common.failures import is_unavailable
from candor_common.refusals import of_database
from candor_common.settings import SettingsError

T = TypeVar("T")
log = structlog.get_logger()

PAUSE = 0.5
_LOCK = 0x43_61_6E_64_6F_72
"""Any number that all replicas share; these are the letters of the product's name."""


@runtime_checkable
class Unhurried(Protocol):
    """A database that breaks off what takes long, and need not."""

    async def alter(self, work: Callable[[Transaction], T]) -> T: ...


def version_table(package: str) -> str:
    """`candor_sla_timer` keeps its version in `sla_timer_version`."""
    return f"{package.removeprefix('candor_')}_version"


async def migrate(database: Database, packages: Sequence[str]) -> None:
    """Bring the tables of the packages up to date; replicas that start together wait for each other,
    and all of them for a database that is not up yet. Raises SettingsError when it does not let us in."""

    def work(transaction: Transaction) -> None:
        if transaction.connection.dialect.name == "postgresql":
            _wait_for_others(transaction.connection)
        for package in packages:
            upgrade(transaction.connection, package)

    transact = database.alter if isinstance(database, Unhurried) else database.transact
    while True:
        try:
            return await transact(work)
        except Exception as error:
            if refusal := of_database(error):
                raise SettingsError(refusal) from None
            if not is_unavailable(error):
                raise
            log.warning("database_away", error=str(error)[:200])
            await asyncio.sleep(PAUSE)


def _wait_for_others(connection: Connection) -> None:
    """One of all replicas migrates at a time; for the others that is no database that is away."""
    if connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_LOCK))):
        return
    log.info("migration_waits")
    connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    connection.execute(sa.text("SET LOCAL lock_timeout TO DEFAULT"))


def head(package: str) -> str:
    """The newest revision of a package's tables."""
    with as_file(files(package) / "migrations") as folder:
        return ScriptDirectory(str(folder)).get_current_head() or ""


def knows(package: str, revision: str) -> bool:
    """Whether this version of the package has made tables of that revision."""
    with as_file(files(package) / "migrations") as folder:
        return revision in {one.revision for one in ScriptDirectory(str(folder)).walk_revisions()}


def revision_of(connection: Connection, package: str) -> str | None:
    """The revision of a package's tables in a database; None when it has none."""
    options = {"version_table": version_table(package)}
    return MigrationContext.configure(connection, opts=options).get_current_revision()


def upgrade(connection: Connection, package: str, to: str = "head") -> None:
    """Run the migrations of one package that this database has not seen, up to a revision. Raises SettingsError when a
    later version has been here."""
    with as_file(files(package) / "migrations") as folder:
        script = ScriptDirectory(str(folder))
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": version_table(package),
                "fn": lambda revision, _context: script._upgrade_revs(to, revision),
            },
        )
        if context.get_current_heads() == tuple(script.get_heads()):
            return
        _check_known(package, script, context.get_current_revision())
        log.info("migrating", package=package, to=script.get_current_head())
        with Operations.context(context):
            context.run_migrations()


def _check_known(package: str, script: ScriptDirectory, revision: str | None) -> None:
    if revision is not None and revision not in {one.revision for one in script.walk_revisions()}:
        raise SettingsError(
            f"the tables of {package} are of a later version ({revision}); start that version, or restore a backup "
            "that was made before it"
        )
