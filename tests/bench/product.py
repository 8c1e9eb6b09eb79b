"""Starts the product as a target: intake alone, all five services as processes, or everything in one."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit, urlunsplit

from candor_common.provision import SERVICES, provision, role_of
from tests.bench import measure, trial
from tests.bench.bare_model import request_body
from tests.bench.bare_runs import Running, sink
from tests.bench.load import Target
from tests.bench.session import Session
from tests.servers.process import free_port, last_lines

PASSWORD = "bench"
SIGNING_KEY = "bench-" * 8
READY_WITHIN = 90.0
Process: TypeAlias = "subprocess.Popen[bytes]"


@dataclass(frozen=True)
class Setting:
    """Where the processes of one installation keep things and send mail."""

    folder: Path
    smtp_port: int
    port: int

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """Ours without any setting of Candor's that somebody has exported, and with those of this run."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CANDOR_")}
        own = {
            "CANDOR_DATA_DIR": str(self.folder),
            "CANDOR_KEYS_FILE": str(self.folder / "keys.json"),
            "CANDOR_SIGNING_KEY": SIGNING_KEY,
            "CANDOR_SMTP_URL": f"smtp://127.0.0.1:{self.smtp_port}",
            "CANDOR_LOG_FORMAT": "json",
            "CANDOR_LOG_LEVEL": "warning",
        }
        return kept | own | dict(more)


@contextmanager
def intake(session: Session) -> Iterator[Target]:
    """Intake alone, on an empty database, with Kafka to relay to."""
    with _setting() as (setting, _, _), ExitStack() as stack:
        url = _provisioned(session, ["intake"])["intake"]
        process = stack.enter_context(_service(session, setting, "intake", url))
        pids = {"intake": process.pid, **session.pids}
        target = Target("candor intake", _url(setting), pids, request_body)
        _until(lambda: measure.accepts(target), [process], setting.folder)
        yield target
        _check([process], setting.folder)


@contextmanager
def distributed(session: Session) -> Iterator[Running]:
    """Five processes on empty databases and topics; yields once a first mail went all the way."""
    with _setting() as (setting, record, sink_pid), ExitStack() as stack:
        session.clear_kafka()
        urls = _provisioned(session, SERVICES)
        processes = {
            service: stack.enter_context(_service(session, setting, service, url))
            for service, url in urls.items()
        }
        pids = {name: process.pid for name, process in processes.items()} | session.pids
        target = Target("candor distributed", _url(setting), pids, request_body, sink=record)
        _until(lambda: measure.accepts(target), processes.values(), setting.folder)
        _until(lambda: record.stat().st_size > 0, processes.values(), setting.folder)
        yield Running(target, sink_pid)
        _check(processes.values(), setting.folder)
        with ThreadPoolExecutor() as pool:
            list(
                pool.map(end, processes.values())
            )  # side by side; one after the other takes five times as long


@contextmanager
def embedded() -> Iterator[tuple[Running, float]]:
    """`candor up` in an empty folder; yields the target and the seconds from the start to the first 202."""
    with _setting() as (setting, record, sink_pid):
        command = [sys.executable, "-m", "candor", "up"]
        environment = setting.environment({"CANDOR_PORT": str(setting.port)})
        process, seconds = measure.start_until(
            command, lambda: _accepting(setting), environment, log=setting.folder / "candor.log"
        )
        try:
            target = Target(
                "candor up", _url(setting), {"candor": process.pid}, request_body, _key(setting), record
            )
            yield Running(target, sink_pid), seconds
        finally:
            end(process)


def warm(running: Running, seconds: float = 2.0) -> None:
    """The first requests pay for caches, plans and connections."""
    trial.run(running.target, 50, seconds, 0, [running.sink_pid])


@contextmanager
def _setting() -> Iterator[tuple[Setting, Path, int]]:
    with tempfile.TemporaryDirectory(prefix="candor-bench-", ignore_cleanup_errors=True) as name:
        smtp_port = free_port()
        with sink(smtp_port, Path(name)) as (record, pid):
            yield Setting(Path(name), smtp_port, free_port()), record, pid


def _provisioned(session: Session, services: Sequence[str]) -> dict[str, str]:
    """The database URLs of services in a fresh database with a schema and a role for each."""
    administrator = session.database("product")
    asyncio.run(provision(administrator, dict.fromkeys(services, PASSWORD)))
    parts = urlsplit(administrator)
    host = parts.netloc.rpartition("@")[2]
    return {
        service: urlunsplit(parts._replace(netloc=f"{role_of(service)}:{PASSWORD}@{host}"))
        for service in services
    }


@contextmanager
def _service(session: Session, setting: Setting, service: str, url: str) -> Iterator[Process]:
    port = setting.port if service == "intake" else free_port()
    environment = setting.environment(
        {"CANDOR_DATABASE_URL": url, "CANDOR_KAFKA_BOOTSTRAP": session.kafka, "CANDOR_PORT": str(port)}
    )
    command = [sys.executable, "-m", f"candor_{service.replace('-', '_')}"]
    process = measure.start(command, environment, setting.folder / f"{service}.log")
    try:
        yield process
    finally:
        end(process)


def _accepting(setting: Setting) -> bool:
    target = Target("candor up", _url(setting), {}, request_body, _key(setting))
    return measure.accepts(target)


def _key(setting: Setting) -> dict[str, str]:
    """The key that `candor up` makes for this machine."""
    with suppress(FileNotFoundError):
        return {"authorization": f"Bearer {(setting.folder / 'local.key').read_text().strip()}"}
    return {}


def _until(done: Callable[[], bool], processes: Iterable[Process], folder: Path) -> None:
    give_up = time.monotonic() + READY_WITHIN
    while not done():
        _check(processes, folder)
        if time.monotonic() > give_up:
            raise TimeoutError(f"the product is not ready after {READY_WITHIN:.0f} s\n{_logs(folder)}")
        time.sleep(0.02)


def _check(processes: Iterable[Process], folder: Path) -> None:
    if any(process.poll() is not None for process in processes):
        raise RuntimeError(f"a process ended by itself\n{_logs(folder)}")


def _logs(folder: Path) -> str:
    return "\n".join(f"{log.name}: {last_lines(log, 5)}" for log in sorted(folder.glob("*.log")))


def _url(setting: Setting) -> str:
    return f"http://127.0.0.1:{setting.port}/v1/requests"


def end(process: Process) -> None:
    """Ask a process to end, and wait; kill it when it does not."""
    process.terminate()
    try:
        process.wait(12)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
