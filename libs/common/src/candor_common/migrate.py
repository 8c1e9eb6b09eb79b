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
from candor_common.refusals import of_database
from candor_common.settings import SettingsError

log = structlog.get_logger()

PAUSE = 0.5
_LOCK = 0x43_61_6E_64_6F_72
"""Any number that all replicas share; these are the letters of the product's name."""


def version_table(package: str) -> str:
    """`candor_sla_timer` keeps its version in `sla_timer_version`."""
    return f"{package.removeprefix('candor_')}_version"


async def migrate(database: Database, packages: Sequence[str]) -> None:
    """Bring the tables of the packages up to date; replicas that start together wait for each other,
    and all of them for a database that is not up yet. Raises SettingsError when it does not let us in."""

    def work(transaction: Transaction) -> None:
        if transaction.connection.dialect.name == "postgresql":
            transaction.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        for package in packages:
            upgrade(transaction.connection, package)

    while True:
        try:
            return await database.transact(work)
        except Exception as error:
            if refusal := of_database(error):
                raise SettingsError(refusal) from None
            if not is_unavailable(error):
                raise
            log.warning("database_away", error=str(error)[:200])
            await asyncio.sleep(PAUSE)


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
