"""The same statements on SQLite with the standard library, and the one thread that may write."""

import asyncio
import json
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from tests.bench.bare_model import Effects, Event, Slice, Stage
from tests.bench.bare_postgres import first_of_each

T = TypeVar("T")
GROUP = 500
# The outbox is shared, because it is the log; everything else belongs to one service.
OUTBOX = """
CREATE TABLE IF NOT EXISTS outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL,
    topic TEXT NOT NULL, key TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL);
"""
TABLES = """
CREATE TABLE IF NOT EXISTS {0}_effect (id TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS {0}_consumer_position (topic TEXT, partition INTEGER, next_offset INTEGER NOT NULL,
    PRIMARY KEY (topic, partition)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS {0}_processed_event (event_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS {0}_message (id TEXT PRIMARY KEY, recipient TEXT NOT NULL, subject TEXT NOT NULL,
    body TEXT NOT NULL, sent_at TEXT);
"""
EMIT = "INSERT INTO outbox (event_id, topic, key, type, body) VALUES (?, ?, ?, ?, ?)"


def open_database(path: Path, services: Sequence[str]) -> sqlite3.Connection:
    """A durable database with the tables of these services."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript(OUTBOX + "".join(TABLES.format(service) for service in services))
    return connection


def apply(connection: sqlite3.Connection, stage: Stage, slices: Sequence[Slice]) -> Effects:
    """One round inside the caller's transaction: positions, processed events, effects, outbox."""
    events = _fresh(connection, stage.name, slices)
    if not events:
        return Effects([], [], [])
    load = f"SELECT id, body FROM {stage.name}_effect WHERE id IN (SELECT value FROM json_each(?))"
    known = dict(connection.execute(load, (json.dumps(stage.ids(events)),)))
    effects = stage.react(events, known)
    write(connection, stage.name, effects)
    return effects


def write(connection: sqlite3.Connection, service: str, effects: Effects) -> None:
    """Write the effects with lists of parameters."""
    if effects.rows:
        save = (
            f"INSERT INTO {service}_effect VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body"
        )
        connection.executemany(save, effects.rows)
    if effects.events:
        connection.executemany(EMIT, effects.events)
    if effects.messages:
        plan = f"INSERT INTO {service}_message (id, recipient, subject, body) VALUES (?, ?, ?, ?)"
        connection.executemany(plan, effects.messages)


def read_and_apply(connection: sqlite3.Connection, stage: Stage) -> tuple[Effects, bool]:
    """One round over what the log holds after this stage's position, and whether there may be more."""
    rows = _after_position(connection, stage)
    if not rows:
        return Effects([], [], []), False
    events = [Event(*row[1:]) for row in rows if row[2] in stage.topics]
    return apply(connection, stage, [Slice("log", 0, rows[-1][0], events)]), len(rows) == GROUP


def _after_position(connection: sqlite3.Connection, stage: Stage) -> list[Any]:
    position = f"SELECT coalesce(max(next_offset), 0) FROM {stage.name}_consumer_position"
    (after,) = connection.execute(position).fetchone()
    # Only because one writer makes commit order the order of seq does "seq > position" miss nothing.
    query = "SELECT seq, event_id, topic, key, type, body FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?"
    return connection.execute(query, (after, GROUP)).fetchall()


def _fresh(connection: sqlite3.Connection, service: str, slices: Sequence[Slice]) -> list[Event]:
    advance = f"""INSERT INTO {service}_consumer_position AS held VALUES (?, ?, ?)
        ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset
        WHERE held.next_offset < excluded.next_offset"""
    ours = [s for s in slices if connection.execute(advance, s[:3]).rowcount]
    events = first_of_each(e for s in ours for e in s.events)
    table = f"{service}_processed_event"
    seen = f"SELECT event_id FROM {table} WHERE event_id IN (SELECT value FROM json_each(?))"
    for (event_id,) in connection.execute(seen, (json.dumps(list(events)),)).fetchall():
        del events[event_id]
    connection.executemany(f"INSERT INTO {table} VALUES (?)", [(event_id,) for event_id in events])
    return list(events.values())


class _Job(NamedTuple):
    work: Callable[[sqlite3.Connection], Any]
    done: "asyncio.Future[Any]"


class Writer(threading.Thread):
    """The one thread that writes: what waits is committed together, each job behind a savepoint."""

    def __init__(self, connection: sqlite3.Connection, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(daemon=True)
        self._connection = connection
        self._loop = loop
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()

    def submit(self, work: Callable[[sqlite3.Connection], T]) -> "asyncio.Future[T]":
        """Run the work in the next group; the future is done once that group is committed."""
        done: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put(_Job(work, done))
        return done

    def run(self) -> None:
        """Commit group after group, for ever."""
        while True:
            jobs = self._waiting()
            outcomes = self._commit(jobs)
            self._loop.call_soon_threadsafe(_settle, jobs, outcomes)

    def _waiting(self) -> list[_Job]:
        jobs = [self._jobs.get()]
        while len(jobs) < GROUP and not self._jobs.empty():
            jobs.append(self._jobs.get())
        return jobs

    def _commit(self, jobs: list[_Job]) -> list[Any]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            outcomes = [self._attempt(job) for job in jobs]
            self._connection.execute("COMMIT")
        except sqlite3.Error as failure:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            return [failure] * len(jobs)
        return outcomes

    def _attempt(self, job: _Job) -> Any:
        self._connection.execute("SAVEPOINT job")
        try:
            outcome = job.work(self._connection)
        except Exception as failure:  # noqa: BLE001 - the caller gets it; the rest of the group goes on
            self._connection.execute("ROLLBACK TO job")
            outcome = failure
        self._connection.execute("RELEASE job")
        return outcome


def _settle(jobs: list[_Job], outcomes: list[Any]) -> None:
    for job, outcome in zip(jobs, outcomes, strict=True):
        if job.done.done():
            continue
        if isinstance(outcome, Exception):
            job.done.set_exception(outcome)
        else:
            job.done.set_result(outcome)
