"""Candor's own processes: started with an environment, watched from outside, stopped and killed."""

import json
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from tests.servers.process import LOOPBACK, Child, ServerFailed, free_port, last_lines

READY_WITHIN = 60.0
_BAD = ("error", "critical")


class Process:
    """One process that serves HTTP, and can be started again after it has ended."""

    def __init__(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str], folder: Path
    ) -> None:
        self.name = name
        self.port = free_port()
        self.log = folder / f"{name}.log"
        self._arguments = arguments
        self._environment = {"CANDOR_PORT": str(self.port), "CANDOR_LOG_FORMAT": "json", **environment}
        self._child: Child | None = None

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.running

    @property
    def pid(self) -> int:
        return self._running().pid

    @property
    def environment(self) -> Mapping[str, str]:
        """What it gets beside the environment of the tests."""
        # Tests may run without the packages being installed, from a path of their own.
        return {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **self._environment}

    def start(self) -> None:
        given = [f"{name}={value}" for name, value in self.environment.items()]
        self._child = Child(["/usr/bin/env", *given, sys.executable, *self._arguments], self.log)

    def wait_until_ready(self, within: float = READY_WITHIN) -> None:
        """Until every check is well. Fails with the end of the log."""
        deadline = time.monotonic() + within
        while not self.ready():
            if not self.running or time.monotonic() > deadline:
                raise ServerFailed(f"{self.name} does not become ready:\n{last_lines(self.log)}")
            time.sleep(0.05)

    def ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()

    def pause(self) -> None:
        self._running().pause()

    def resume(self) -> None:
        self._running().resume()

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def wait(self, within: float) -> float:
        """Seconds until it has ended by itself; fails when it does not."""
        started = time.monotonic()
        while self.running:
            if time.monotonic() - started > within:
                raise ServerFailed(f"{self.name} still runs after {within:g} s:\n{last_lines(self.log)}")
            time.sleep(0.02)
        return time.monotonic() - started

    def exit_code(self) -> int:
        """How it ended."""
        return self._running().wait()

    def wait_until_logged(self, words: str, within: float = 30.0) -> None:
        """Until the log says something; fails with its end when it does not."""
        deadline = time.monotonic() + within
        while words not in self.log.read_text(errors="replace"):
            if time.monotonic() > deadline:
                raise ServerFailed(f"{self.name} does not log {words!r}:\n{last_lines(self.log)}")
            time.sleep(0.02)

    def troubles(self, after: int = 0) -> list[str]:
        """What it has logged at the level of an error or above since a byte of its log, and what it said that is no
        line of a log."""
        text = self.log.read_bytes()[after:].decode(errors="replace") if self.log.exists() else ""
        return [f"{self.name}: {line[:2000]}" for line in text.splitlines() if _is_trouble(line)]

    def logged(self) -> int:
        """How many bytes it has logged so far."""
        return self.log.stat().st_size if self.log.exists() else 0

    def _running(self) -> Child:
        if self._child is None:
            raise ServerFailed(f"{self.name} was not started")
        return self._child


def _is_trouble(line: str) -> bool:
    try:
        told = json.loads(line)
    except ValueError:
        return bool(line.strip())
    return not isinstance(told, dict) or told.get("level") in _BAD
