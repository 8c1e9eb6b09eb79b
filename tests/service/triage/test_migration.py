"""What was written before owners had a column is found by its owner afterwards."""

from importlib.resources import as_file, files

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from candor_common.database import Database, Transaction
from candor_common.migrate import upgrade, version_table
from candor_triage.domain.work import acknowledge
from candor_triage.tables import incident
from tests.unit.triage.builders import NOON, an_incident

PACKAGE = "candor_triage"
LATER = ("owner", "unsure", "look_at")


def _first_version(connection: Connection) -> None:
    """The tables as the first migration made them."""
    with as_file(files(PACKAGE) / "migrations") as folder:
        script = ScriptDirectory(str(folder))
        steps = {"fn": lambda revision, _: script._upgrade_revs("0001", revision)}
        context = MigrationContext.configure(
            connection, opts={"version_table": version_table(PACKAGE)} | steps
        )
        with Operations.context(context):
            context.run_migrations()


async def test_owners_of_before_are_found(database: Database) -> None:
    old = acknowledge(an_incident(), "ana", NOON).incident
    free = an_incident("INC-000002")

    def work(transaction: Transaction) -> list[tuple[str, str | None, bool]]:
        _first_version(transaction.connection)
        columns = [one for one in incident.c if one.name not in LATER]
        before = sa.table(incident.name, *(sa.column(one.name, one.type) for one in columns))
        plain = [one.name for one in columns if one.name not in ("followed_by", "snapshot")]
        for one in (old, free):
            row = {name: getattr(one, name) for name in plain}
            row |= {"status": one.status.value, "priority": one.priority.value, "lane": one.lane.value}
            transaction.connection.execute(sa.insert(before).values(**row, snapshot=one))
        upgrade(transaction.connection, PACKAGE)
        query = sa.select(incident.c.id, incident.c.owner, incident.c.unsure).order_by(incident.c.id)
        return [(row.id, row.owner, row.unsure) for row in transaction.connection.execute(query)]

    assert await database.transact(work) == [("INC-000001", "ana", False), ("INC-000002", None, False)]
