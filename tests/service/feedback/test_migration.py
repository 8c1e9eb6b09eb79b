"""Surveys that were sent before there were four questions still count afterwards."""

from datetime import timedelta
from importlib import import_module

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection

from candor_common.database import Database, Transaction
from candor_common.events import Survey
from candor_common.migrate import migrate, version_table
from candor_common.wire import json_of
from candor_feedback import counts, store
from tests.plugins.facts import LI, NINE

PACKAGE = "candor_feedback"
OLD = sa.text(
    "INSERT INTO feedback_survey (id, incident_id, incident_version, state, send_at, traceparent, snapshot)"
    " VALUES (:id, :incident_id, 2, :state, :at, '', :snapshot)"
)


def a_survey(number: int, **given: object) -> Survey:
    usual = {"id": f"s{number}", "incident_id": f"INC-{number}", "recipient": LI, "invited_at": NINE}
    return Survey.model_validate(usual | {"expires_at": NINE + timedelta(days=28)} | given)


def _first_version(transaction: Transaction) -> None:
    """The tables of 0001, with a survey in each state."""
    connection = transaction.connection
    context = MigrationContext.configure(connection, opts={"version_table": version_table(PACKAGE)})
    with Operations.context(context):
        import_module(f"{PACKAGE}.migrations.versions.0001_backbone").upgrade()
    context._ensure_version_table()
    connection.execute(sa.text(f"INSERT INTO {version_table(PACKAGE)} VALUES ('0001')"))
    rows = [
        ("planned", a_survey(1, invited_at=NINE + timedelta(days=2))),
        ("invited", a_survey(2)),
        ("answered", a_survey(3, invited_at=NINE + timedelta(days=1), overall=4, answered_at=NINE)),
    ]
    insert = OLD.bindparams(sa.bindparam("at", type_=store.survey.c.send_at.type))
    connection.execute(
        insert,
        [
            {
                "id": one.id,
                "incident_id": one.incident_id,
                "state": state,
                "at": one.invited_at,
                "snapshot": json_of(one),
            }
            for state, one in rows
        ],
    )


async def test_what_was_sent_before_counts_and_tires_its_reader(database: Database) -> None:
    await database.transact(_first_version)
    await migrate(database, [PACKAGE])
    later = NINE + timedelta(days=30)

    def read(connection: Connection) -> tuple[int, int, int]:
        [row] = counts.counts(connection, NINE, later)
        return row.invitations, row.answers, row.scores["overall"].total

    def ask(transaction: Transaction) -> dict[str, store.Asked]:
        return store.ask(transaction.connection, [a_survey(9)], later, timedelta(days=30))

    assert await database.read(read) == (2, 1, 4)
    asked = await database.transact(ask)
    assert asked == {"s9": store.Asked("s3", "INC-3", NINE + timedelta(days=1))}
