"""The embedded database: its tables, the consumers, what is parked."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing

import sqlalchemy as sa

from candor.doctor.finding import Finding, ok, problem, warning
from candor.services import SERVICES
from candor_common.embedded import database_path
from candor_common.migrate import head, revision_of
from candor_common.settings import Settings

MOST_LAG = 1_000
LARGE = 1 << 30
"""Bytes from which on the file is not read whole."""


def look(known: Settings) -> Sequence[Finding]:
    path = database_path(known)
    if not path.exists():
        return [ok("database", f"{path} is made at the first start")]
    engine = sa.create_engine(f"sqlite+pysqlite:///file:{path}?mode=ro&uri=true")
    try:
        with engine.connect() as connection:
            return [*_health(known, path.stat().st_size), *_tables(connection), *_work(connection)]
    finally:
        engine.dispose()


def _health(known: Settings, size: int) -> Iterator[Finding]:
    path = database_path(known)
    detail = f"SQLite {sqlite3.sqlite_version}, {size / 2**20:,.1f} MiB"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        check = "ok" if size > LARGE else connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if check != "ok":
        yield problem(
            "database",
            f"{path} is damaged: {check}",
            "stop Candor and restore a backup: `candor restore FILE`",
        )
    else:
        yield ok("database", detail)


def _tables(connection: sa.Connection) -> Iterator[Finding]:
    for package in ("candor_common", *(one.package for one in SERVICES)):
        found = revision_of(connection, package)
        if found != head(package):
            do = "start Candor, which brings them up to date; a later version has been here if it refuses"
            yield warning("migrations", f"{package} is at {found}, not {head(package)}", do)
            return
    yield ok("migrations", "current")


def _work(connection: sa.Connection) -> Iterator[Finding]:
    last = connection.scalar(sa.text("SELECT coalesce(max(position), 0) FROM outbox")) or 0
    for service in SERVICES:
        yield _lag(connection, service.name, service.topics, last)
    yield from _parked(connection)


def _lag(connection: sa.Connection, service: str, topics: Sequence[str], last: int) -> Finding:
    at = connection.scalar(
        sa.text("SELECT next_offset FROM consumer_position WHERE subscription = :of"), {"of": service}
    )
    query = sa.text("SELECT count(*) FROM outbox WHERE position >= :at AND topic IN :topics").bindparams(
        sa.bindparam("topics", expanding=True)
    )
    waits = connection.scalar(query, {"at": at or 0, "topics": list(topics)}) or 0 if last else 0
    detail = f"{waits} events wait for {service}"
    if waits > MOST_LAG:
        return warning("lag", detail, "see the log for what a round fails on; `candor parked list`")
    return ok("lag", detail)


def _parked(connection: sa.Connection) -> Iterator[Finding]:
    rows = connection.execute(
        sa.text(
            "SELECT subscription, count(*) AS events FROM parked_event"
            " WHERE replayed_at IS NULL AND discarded_at IS NULL GROUP BY subscription"
        )
    ).all()
    if not rows:
        yield ok("parked events", "none")
    for row in rows:
        yield parked(row.subscription, row.events)


def parked(service: str, events: int) -> Finding:
    do = f"`candor parked list {service}` says why; mend it, then `candor parked replay {service} --all`"
    return warning("parked events", f"{events} of {service}", do)
