"""What it costs to be there: the start up to the first 202, memory, and CPU while nobody asks for anything."""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench import measure, product
from tests.bench.bare_model import request_body
from tests.bench.bare_runs import Place, Running, bare, sink
from tests.bench.load import Target
from tests.bench.report import Aim, Measured, Row
from tests.bench.session import Session
from tests.servers.process import free_port

START = Aim("at most", 2.0, "product")
EMBEDDED_MEMORY = Aim("at most", 200.0, "product")
SERVICE_MEMORY = Aim("at most", 120.0, "product")
IDLE = Aim("at most", 1.0, "product")


def run(session: Session) -> Measured:
    """All four side by side: a process that rests does not disturb its neighbour."""
    _start_once()
    rows: list[Row] = []
    for number, _ in session.rounds():
        with ExitStack() as stack:
            ours, seconds = stack.enter_context(product.embedded())
            theirs, bare_seconds = stack.enter_context(_bare_embedded())
            rows.append(
                Row(
                    "cold start of `candor up`",
                    "s to the first 202",
                    number,
                    seconds,
                    bare_seconds,
                    aim=START,
                )
            )
            session.say(f"cold start, round {number + 1}: {seconds:.2f} s, bare {bare_seconds:.2f} s")
            services = stack.enter_context(product.distributed(session))
            place = Place(session.database("bare"), session.kafka, {}, free_port(), free_port())
            bare_services = stack.enter_context(bare("distributed", place))
            everybody = (ours, theirs, services, bare_services)
            for running in everybody:
                product.warm(running)
            rows += _standing(session, number, everybody)
    return Measured(rows)


def _standing(
    session: Session, number: int, everybody: tuple[Running, Running, Running, Running]
) -> list[Row]:
    """Memory after some work, and CPU at rest."""
    trees = {
        f"{side}:{name}": pid
        for side, running in enumerate(everybody)
        for name, pid in running.target.pids.items()
        if name not in session.pids
    }
    measure.at_rest(trees)
    pids = {**trees, **session.pids}
    idle = measure.idle(Target("everybody", "", pids, request_body), session.length.idle)
    shares = {name: 100 * used / idle.seconds for name, used in idle.trees.items()}
    memory = {name: measure.resident_mib(pid) for name, pid in trees.items()}
    rows = [
        Row("memory of `candor up`", "MiB", number, *_most(memory, 0), aim=EMBEDDED_MEMORY),
        Row("memory of the largest service", "MiB", number, *_most(memory, 2), aim=SERVICE_MEMORY),
        Row("`candor up` at rest", "% of a core", number, *_most(shares, 0), foreign=idle.foreign, aim=IDLE),
        Row(
            "the busiest service at rest",
            "% of a core",
            number,
            *_most(shares, 2),
            foreign=idle.foreign,
            aim=IDLE,
        ),
    ]
    shown = ", ".join(f"{row.measure} {row.product:.3g} {row.unit}" for row in rows)
    session.say(f"round {number + 1}: {shown}")
    return rows


def _most(figures: Mapping[str, float], first: int) -> tuple[float, float]:
    """The highest figure of the product's processes, and of the bare ones behind them."""
    found = (
        [value for name, value in figures.items() if name.startswith(f"{side}:")]
        for side in (first, first + 1)
    )
    ours, theirs = found
    return max(ours), max(theirs)


def _start_once() -> None:
    """The first start reads the files from the disk, which is not what is measured."""
    with product.embedded(), _bare_embedded():
        pass


@contextmanager
def _bare_embedded() -> Iterator[tuple[Running, float]]:
    """The bare way in one process, and the seconds to its first 202."""
    with tempfile.TemporaryDirectory(prefix="bare-") as name:
        port, smtp_port = free_port(), free_port()
        with sink(smtp_port, Path(name)) as (record, sink_pid):
            options = ["--port", str(port), "--smtp-port", str(smtp_port), "--sqlite", f"{name}/bare.db"]
            command = [sys.executable, "-m", "tests.bench.bare_whole_way", "embedded", *options]
            target = Target("bare embedded", f"http://127.0.0.1:{port}/v1/requests", {}, request_body)
            process, seconds = measure.start_until(command, lambda: measure.accepts(target))
            try:
                pids = {"bare": process.pid}
                yield (
                    Running(Target(target.name, target.url, pids, request_body, sink=record), sink_pid),
                    seconds,
                )
            finally:
                product.end(process)
