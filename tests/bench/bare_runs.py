"""Starts the bare counterparts as targets and runs them.

`python -m tests.bench.bare_runs accept|relayed|fastapi|distributed|embedded --rate N [--rate N …]`
"""

import argparse
import asyncio
import json
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench import measure, trial
from tests.bench.bare_distributed import Settings, forget
from tests.bench.bare_model import request_body
from tests.bench.bare_stages import STAGES
from tests.bench.load import Target
from tests.bench.report import round_figures

FORMS = ("accept", "relayed", "fastapi", "distributed", "embedded")


@dataclass(frozen=True)
class Place:
    """Where the database and the broker are, and the roots of their process trees for the CPU."""

    database: str = ""
    kafka: str = ""
    pids: dict[str, int] | None = None
    port: int = 18_431
    smtp_port: int = 18_525


@dataclass(frozen=True)
class Running:
    """A target that runs, and the pid of its sink."""

    target: Target
    sink_pid: int


@contextmanager
def sink(port: int, folder: Path) -> Iterator[tuple[Path, int]]:
    """A mail sink; yields its record and pid."""
    record = folder / "mails.tsv"
    with process("sink", "--port", str(port), "--record", str(record)) as pid:
        yield record, pid


@contextmanager
def process(module: str, *arguments: str, ready: bool = True) -> Iterator[int]:
    """A module of this package as a process; with `ready`, waits for its first line."""
    command = [sys.executable, "-m", f"tests.bench.{module}", *arguments]
    child = subprocess.Popen(command, stdout=subprocess.PIPE if ready else None)
    try:
        if ready and child.stdout and not child.stdout.readline():
            raise RuntimeError(f"{module} did not start")
        yield child.pid
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextmanager
def bare(form: str, place: Place, *options: str) -> Iterator[Running]:
    """One of FORMS as a running target that has accepted its first request."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bare-")))
        record, sink_pid = stack.enter_context(sink(place.smtp_port, folder))
        pids = dict(place.pids or {})
        for name, module, arguments in _processes(form, place, folder, stack):
            ready = name in STAGES
            pids[name] = stack.enter_context(process(module, *arguments, *options, ready=ready))
        whole = form in ("distributed", "embedded")
        url = f"http://127.0.0.1:{place.port}/v1/requests"
        target = Target(f"bare {form}", url, pids, request_body, sink=record if whole else None)
        _until_accepting(target)
        yield Running(target, sink_pid)


def _processes(form: str, place: Place, folder: Path, stack: ExitStack) -> list[tuple[str, str, list[str]]]:
    port = ["--port", str(place.port)]
    if form in ("accept", "relayed", "fastapi"):
        kind = "bare" if form == "accept" else form
        where = ["--database", place.database, "--kafka", place.kafka]
        return [("intake", "bare_accept", [kind, *port, *where])]
    smtp = ["--smtp-port", str(place.smtp_port)]
    if form == "embedded":
        return [("embedded", "bare_whole_way", [form, *port, *smtp, "--sqlite", str(folder / "bare.db")])]
    # Topics, groups and schemas of its own, so that no run inherits the backlog of another.
    run = Settings(place.database, place.kafka, f"bare_{secrets.token_hex(3)}_")
    stack.callback(lambda: asyncio.run(forget(run)))
    where = ["--database", run.database, "--kafka", run.kafka, "--prefix", run.prefix]
    return [(name, "bare_whole_way", [name, *where, *port, *smtp]) for name in (*STAGES, "intake")]


def _until_accepting(target: Target, limit: float = 30.0) -> None:
    give_up = time.monotonic() + limit
    while not measure.accepts(target):
        if time.monotonic() > give_up:
            raise TimeoutError(f"{target.name} does not accept")
        time.sleep(0.05)


def main() -> None:
    """Run one form at several rates and print the figures as JSON."""
    options, more = _parser().parse_known_args()
    pids = {name: int(pid) for name, _, pid in (pair.partition("=") for pair in options.pid)}
    place = Place(options.database, options.kafka, pids, options.port, options.smtp_port)
    with bare(options.form, place, *more) as running:
        trial.run(running.target, 50, 2, 0)  # the first requests pay for caches and plans
        if options.idle:
            print("idle", json.dumps(asdict(measure.idle(running.target, options.idle))), flush=True)
        for number in range(options.rounds):
            for rate in options.rate:
                measure.quiet(running.target, patience=options.patience)
                figures = trial.run(running.target, rate, options.seconds, number + 1, [running.sink_pid])
                print(
                    json.dumps(round_figures(asdict(figures))), "holds" if figures.holds else "", flush=True
                )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, epilog="Further options go to the bare process.")
    parser.add_argument("form", choices=FORMS)
    parser.add_argument("--rate", type=float, action="append", required=True)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--idle", type=float, default=0.0)
    parser.add_argument("--patience", type=float, default=0.0, help="seconds to wait for a quiet machine")
    parser.add_argument("--database", default="")
    parser.add_argument("--kafka", default="")
    parser.add_argument("--port", type=int, default=Place.port)
    parser.add_argument("--smtp-port", type=int, default=Place.smtp_port)
    parser.add_argument("--pid", action="append", default=[], metavar="NAME=PID")
    return parser


if __name__ == "__main__":
    main()
