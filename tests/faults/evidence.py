"""What is left when everything is over: the ledger, the events, the databases and the mailboxes."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from candor_common.events import Fact
from candor_common.feed import Partition, record_of
from candor_common.outbox import headers_of_row
from candor_common.provision import role_of
from tests.faults.ledger import Entry
from tests.worlds.seen import Mail, SeenEvent

Row = Mapping[str, Any]
TABLES = {
    "intake": "intake_inbound",
    "triage": "triage_request",
    "sla-timer": "sla_timer_promise",
    "notifier": "notifier_message",
    "feedback": "feedback_survey",
}
"""Of each service the table that the oracle looks at."""
INCIDENTS = "triage_incident"
PARKED = "parked_event"


@dataclass(frozen=True)
class Evidence:
    """Everything that the oracle judges by."""

    entries: Sequence[Entry]
    events: Sequence[SeenEvent]
    """As they stand in the log, with whatever was published twice."""
    mails: Sequence[Mail]
    tables: Mapping[str, Sequence[Row]]
    away: timedelta = timedelta(0)
    """For how long, all in all, what finds breaches was not there, where starting it takes its time."""
    cut_off: int = 0
    """How often what sends mail, or what it records that in, was hit."""

    def once(self) -> list[SeenEvent]:
        """Every event at the place where it stands first."""
        first: dict[str, SeenEvent] = {}
        for one in self.events:
            first.setdefault(one.envelope.id, one)
        return list(first.values())

    def facts(self, *types: type[Fact]) -> list[Any]:
        """The facts of some types, each once."""
        return [one.fact for one in self.once() if isinstance(one.fact, types)]


def of_sqlite(path: Path) -> tuple[list[SeenEvent], dict[str, list[Row]], str]:
    """Log, tables, and what SQLite says of the file's health."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        names = [*TABLES.values(), INCIDENTS, PARKED]
        tables: dict[str, list[Row]] = {
            name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}")] for name in names
        }
        rows = connection.execute("SELECT * FROM outbox ORDER BY position").fetchall()
        health = str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    finally:
        connection.close()
    return [_event(row) for row in rows], tables, health


def _event(row: sqlite3.Row) -> SeenEvent:
    values: Any = dict(row) | {"time": _aware(row["time"])}
    record = record_of(Partition(row["topic"], 0), row["position"], headers_of_row(values), row["value"])
    assert record.envelope is not None, record.problem
    return SeenEvent(row["topic"], row["position"], record.envelope)


def _aware(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def of_postgres(url: str) -> dict[str, list[Row]]:
    """The tables of all services, read by the administrator."""
    connection = await asyncpg.connect(url)
    try:
        tables: dict[str, list[Row]] = {PARKED: []}
        for service, name in TABLES.items():
            tables[name] = await _rows(connection, role_of(service), name)
            tables[PARKED] += await _rows(connection, role_of(service), PARKED)
        tables[INCIDENTS] = await _rows(connection, role_of("triage"), INCIDENTS)
    finally:
        await connection.close()
    return tables


async def _rows(connection: Any, schema: str, table: str) -> list[Row]:
    return [dict(row) for row in await connection.fetch(f"SELECT * FROM {schema}.{table}")]
