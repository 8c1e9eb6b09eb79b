"""One bare consumer stage, alone: the same statements as a product stage, on batches of synthetic events.

`python -m tests.bench.bare_stage postgres|sqlite [--url URL] --seconds N`
"""

import argparse
import json
import sqlite3
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import uvloop

from tests.bench import bare_postgres, bare_sqlite
from tests.bench.bare_model import Effects, Event, Slice, Stage, new_id

BATCHES = (1, 10, 100, 500)
BODY = json.dumps({"text": "The pump in hall 4 stops after ten minutes. " * 29})


@dataclass(frozen=True)
class StageFigure:
    """What one batch size reached; the CPU is that of this process alone."""

    database: str
    batch: int
    events_per_s: float
    cpu_us_per_event: float


def write_one_each(events: Sequence[Event], known: Mapping[str, str]) -> Effects:
    """One effect row of 1.3 KB and one outbox row per event."""
    emitted = [Event(new_id(), "out", e.key, "Done", e.body) for e in events]
    return Effects([(e.key, e.body) for e in events], emitted, [])


STAGE = Stage("stage", ("in",), lambda events: [e.key for e in events], write_one_each)


class Batches:
    """Endless batches of one partition; events and keys never repeat."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._offset = 0

    def next(self) -> list[Slice]:
        """The next batch."""
        self._offset += self._size
        events = [Event(new_id(), "in", new_id(), "Happened", BODY) for _ in range(self._size)]
        return [Slice("in", 0, self._offset, events)]


async def on_postgres(url: str, batch: int, seconds: float) -> StageFigure:
    """One transaction per batch in raw asyncpg, in a schema that is dropped afterwards."""
    schema = f"bare_stage_{new_id()[:8]}"
    connection = await bare_postgres.open_schema(url, schema)
    batches, clock = Batches(batch), _Clock(seconds)
    while clock.runs():
        await bare_postgres.apply(connection, STAGE, batches.next())
        clock.count(batch)
    await connection.execute(f'DROP SCHEMA "{schema}" CASCADE')
    await connection.close()
    return clock.figure("postgres", batch)


def on_sqlite(path: Path, batch: int, seconds: float) -> StageFigure:
    """One transaction per batch with the standard library, WAL and synchronous=FULL."""
    connection = bare_sqlite.open_database(path, [STAGE.name])
    batches, clock = Batches(batch), _Clock(seconds)
    while clock.runs():
        _commit(connection, batches.next())
        clock.count(batch)
    connection.close()
    return clock.figure("sqlite", batch)


class _Clock:
    """Counts events for a while, after a warm-up that fills caches and prepares statements."""

    def __init__(self, seconds: float, warm_up: float = 0.3) -> None:
        self._warm_until = time.perf_counter() + warm_up
        self._seconds = seconds
        self._events = -1
        self._began = self._took = self._cpu = self._cpu_began = 0.0

    def runs(self) -> bool:
        now, cpu = time.perf_counter(), time.process_time()
        if self._events < 0 and now >= self._warm_until:
            self._events, self._began, self._cpu_began = 0, now, cpu
        if self._events < 0 or now < self._began + self._seconds:
            return True
        self._took, self._cpu = now - self._began, cpu - self._cpu_began
        return False

    def count(self, events: int) -> None:
        if self._events >= 0:
            self._events += events

    def figure(self, database: str, batch: int) -> StageFigure:
        per_event = round(1e6 * self._cpu / self._events, 1)
        return StageFigure(database, batch, round(self._events / self._took), per_event)


def _commit(connection: sqlite3.Connection, slices: list[Slice]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    bare_sqlite.apply(connection, STAGE, slices)
    connection.execute("COMMIT")


def main() -> None:
    """Print one line of JSON per batch size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", choices=("postgres", "sqlite"))
    parser.add_argument("--url", default="")
    parser.add_argument("--seconds", type=float, default=3.0)
    options = parser.parse_args()
    for batch in BATCHES:
        print(json.dumps(asdict(_measure(options, batch))), flush=True)


def _measure(options: argparse.Namespace, batch: int) -> StageFigure:
    if options.database == "postgres":
        return uvloop.run(on_postgres(options.url, batch, options.seconds))
    with tempfile.TemporaryDirectory(prefix="bare-") as folder:
        return on_sqlite(Path(folder) / "stage.db", batch, options.seconds)


if __name__ == "__main__":
    main()
