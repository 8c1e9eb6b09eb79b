"""The consumer stages: the product's handlers against the same statements in the raw drivers."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from tests.bench.report import Aim, Measured, Row
from tests.bench.session import Session
from tests.bench.stage_events import STREAMS

DATABASES = ("PostgreSQL", "SQLite")
HEAD = ("stage", "statements per round of 100", "rows written per event", "bytes per event")
AIM = Aim("at least", 0.5)

Pair = dict[str, Any]


def run(session: Session) -> Measured:
    """Events per second through each stage on both databases, one, ten and a hundred at a time."""
    rows: list[Row] = []
    facts: list[tuple[str, ...]] = []
    for stage in STREAMS:
        for database in DATABASES:
            pairs = session.quietest(lambda: _pairs(session, stage, database), _foreign)  # noqa: B023 - called at once
            rows += [_row(f"{stage}, {database}, {one['batch']} at a time", one) for one in pairs]
            facts.append((f"{stage}, {database}", *_content(pairs)))
            session.say(f"{stage} on {database}: {'; '.join(_shown(pairs))}")
    return Measured(rows, HEAD, facts)


def _pairs(session: Session, stage: str, database: str) -> list[Pair]:
    with tempfile.TemporaryDirectory(dir=session.folder) as folder:
        places = {
            side: session.database(side) if database == "PostgreSQL" else f"{folder}/{side}.db"
            for side in ("product", "bare")
        }
        length = session.length
        options = ["--seconds", str(length.stage), "--rounds", str(length.rounds)]
        if database == "PostgreSQL":
            options += ["--server", str(session.pids.get("postgres", 0))]
        where = [part for side, place in places.items() for part in (f"--{side}", place)]
        command = [sys.executable, "-m", "tests.bench.stage", stage, *where, *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{stage} on {database}:\n{done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def _row(measure: str, pair: Pair) -> Row:
    product, bare = pair["product"], pair["bare"]
    return Row(
        measure,
        "events/s",
        pair["round"],
        product["events_per_s"],
        bare["events_per_s"],
        product["cpu_ms_per_event"],
        bare["cpu_ms_per_event"],
        max(product["foreign"], bare["foreign"]),
        AIM,
    )


def _content(pairs: list[Pair]) -> tuple[str, ...]:
    statements, rows, size = pairs[-1]["content"]
    return f"{statements:.1f}", f"{rows:.2f}", f"{size:.0f}"


def _shown(pairs: list[Pair]) -> Iterator[str]:
    for one in pairs[-3:]:
        product, bare = one["product"]["events_per_s"], one["bare"]["events_per_s"]
        yield f"{one['batch']}: {product:.0f}/s of {bare:.0f}/s = {product / bare:.2f}"


def _foreign(pairs: list[Pair]) -> float:
    return max(float(one[side]["foreign"]) for one in pairs for side in ("product", "bare"))
