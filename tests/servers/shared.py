"""One Kafka and one PostgreSQL for a whole test run, started by whichever of its processes asks first.

A holder process owns the server, so that it outlives the pytest worker that asked, and ends it with the run.
"""

import fcntl
import json
import os
import shutil
import sys
import time
from pathlib import Path

import psutil

from tests.servers.kafka import KafkaServer
from tests.servers.postgres import PostgresServer
from tests.servers.process import ServerFailed, alive

WAIT = 180.0


def address_of(kind: str, directory: Path, owner: int) -> str:
    """The address of the run's server of that kind, which is started when nobody has yet."""
    answer = directory / f"{kind}.json"
    with (directory / f"{kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not answer.exists():
            _start_holder(kind, directory, owner)
            _wait_for(answer)
    said: dict[str, str] = json.loads(answer.read_text())
    if "failure" in said:
        raise ServerFailed(said["failure"])
    return said["address"]


def hold(kind: str, directory: Path, owner: int) -> None:
    """Run the server until the owner ends or the run's directory is gone."""
    server = _server(kind, directory)
    try:
        server.start()
    except Exception as failure:  # noqa: BLE001  # whatever it is, the tests that wait must hear of it
        _publish(directory / f"{kind}.json", {"failure": str(failure)})
        return
    _publish(directory / f"{kind}.json", {"address": _address(server)})
    run = psutil.Process(owner)
    while alive(run) and directory.exists():
        time.sleep(0.2)
    if server.controllable:
        server.kill()
    shutil.rmtree(directory, ignore_errors=True)


def _server(kind: str, directory: Path) -> KafkaServer | PostgresServer:
    if kind == "kafka":
        return KafkaServer(directory / kind)
    # Nobody kills the shared server, so it need not wait for the disk.
    return PostgresServer(directory / kind, durable=False)


def _address(server: KafkaServer | PostgresServer) -> str:
    return server.bootstrap if isinstance(server, KafkaServer) else server.url()


def _start_holder(kind: str, directory: Path, owner: int) -> None:
    output = os.open(directory / f"{kind}.log", os.O_WRONLY | os.O_CREAT, 0o644)
    try:
        os.posix_spawn(
            sys.executable,
            [sys.executable, "-m", __name__, kind, str(directory), str(owner)],
            {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            file_actions=[(os.POSIX_SPAWN_DUP2, output, 1), (os.POSIX_SPAWN_DUP2, output, 2)],
            setsid=True,
        )
    finally:
        os.close(output)


def _wait_for(answer: Path) -> None:
    deadline = time.monotonic() + WAIT
    while not answer.exists():
        if time.monotonic() > deadline:
            raise ServerFailed(f"no answer after {WAIT:.0f} s:\n{answer.with_suffix('.log').read_text()}")
        time.sleep(0.03)


def _publish(answer: Path, said: dict[str, str]) -> None:
    draft = answer.with_suffix(".draft")
    draft.write_text(json.dumps(said))
    draft.rename(answer)


if __name__ == "__main__":
    hold(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
