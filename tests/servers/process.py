"""A server as a child process: it ends with us, and it can be killed, paused and resumed with all its children."""

import atexit
import contextlib
import functools
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import psutil

LEASH = Path(__file__).with_name("leash.py")
LOOPBACK = "127.0.0.1"
# Below the ports that Linux hands out for outgoing connections: a port stays free while its server is down.
SERVER_PORTS = range(20_000, 32_000)


class ServerFailed(Exception):
    """A server did not start, or ended by itself."""


class User(NamedTuple):
    """Whom a server runs as."""

    uid: int
    gid: int


class Child:
    """One running server process and its descendants."""

    def __init__(
        self,
        command: Sequence[str | Path],
        log: Path,
        *,
        user: User | None = None,
        dies_by: signal.Signals = signal.SIGKILL,
    ) -> None:
        self.log = log
        user = user or User(os.getuid(), os.getgid())
        leash = [sys.executable, "-IS", LEASH, os.getpid(), int(dies_by), user.uid, user.gid]
        with log.open("ab") as output:
            start = functools.partial(
                subprocess.Popen,
                [str(part) for part in (*leash, *command)],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._process = _spawner().submit(start).result()
        atexit.register(self.kill)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def wait(self) -> int:
        """Let it end by itself, and say how it did."""
        code = self._process.wait()
        atexit.unregister(self.kill)
        return code

    def stop(self, by: signal.Signals, within: float = 30.0) -> None:
        """Ask it to end, and wait; kill it when it does not."""
        if self.running:
            self.resume()
            self._process.send_signal(by)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(within)
        self.kill()

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL to it and all its children at once."""
        atexit.unregister(self.kill)
        family = self._family()
        # Held still first, so that none of them notices the death of another and tidies up.
        for number in (signal.SIGSTOP, signal.SIGKILL):
            _send(family, number)
        self._process.wait()
        while any(alive(process) for process in family):
            time.sleep(0.01)

    def pause(self) -> None:
        _send(self._family(), signal.SIGSTOP)

    def resume(self) -> None:
        _send(self._family(), signal.SIGCONT)

    def wait_until(self, ready: Callable[[], bool], within: float) -> None:
        deadline = time.monotonic() + within
        while not ready():
            if not self.running or time.monotonic() > deadline:
                ended = "took too long" if self.running else "ended by itself"
                self.kill()
                raise ServerFailed(f"{self._process.args!r:.60} … {ended}:\n{last_lines(self.log)}")
            time.sleep(0.03)

    def _family(self) -> list[psutil.Process]:
        try:
            head = psutil.Process(self.pid)
            return [head, *head.children(recursive=True)] if self.running else []
        except psutil.NoSuchProcess:
            return []


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    while True:
        port = random.choice(SERVER_PORTS)
        with socket.socket() as candidate, contextlib.suppress(OSError):
            candidate.bind((LOOPBACK, port))
            return port


def last_lines(log: Path, count: int = 30) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])


@functools.cache
def _spawner() -> ThreadPoolExecutor:
    """The one thread that starts servers.

    Linux sends the parent-death signal when the *thread* that started the child ends, so a thread of a
    short-lived pool must not be the one.
    """
    return ThreadPoolExecutor(1, thread_name_prefix="servers")


def alive(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _send(family: Sequence[psutil.Process], number: signal.Signals) -> None:
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)
