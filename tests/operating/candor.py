"""Candor as its operator has it: a running process, and the command beside it."""

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from typer.testing import CliRunner

from candor.cli import app
from tests.worlds.processes import Process


@dataclass(frozen=True)
class Done:
    """How a command ended, and all that it said."""

    status: int
    said: str
    out: str
    """What of it is its result; the rest are errors and what was logged."""


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> Done:
    """`candor …` with an environment of its own."""
    known = {name: None for name in os.environ if name.startswith("CANDOR_")}
    done = CliRunner().invoke(app, list(arguments), env={**known, **environment})
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Done(done.exit_code, done.output, done.stdout)


def ran(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """What a command that has to succeed says."""
    done = run(arguments, environment)
    assert done.status == 0, done.said
    return done.said


class Embedded:
    """`candor up` over a data directory."""

    def __init__(self, folder: Path, data: Path, **settings: str) -> None:
        self.folder, self.data = folder, data
        self.environment = {"CANDOR_DATA_DIR": str(data), **settings}
        self.process = Process("candor", ["-m", "candor", "up"], self.environment, folder)
        self.environment |= {"CANDOR_PORT": str(self.process.port)}

    def start(self) -> None:
        self.process.start()
        self.process.wait_until_ready()

    def candor(self, *arguments: str) -> str:
        return ran(arguments, self.environment)

    def client(self) -> httpx.Client:
        key = (self.data / "local.key").read_text().strip()
        return httpx.Client(
            base_url=self.process.url, headers={"Authorization": f"Bearer {key}"}, timeout=10, trust_env=False
        )


def post(client: httpx.Client, subject: str, sender: str = "ann@shop.example") -> str:
    """The reference that was given."""
    body = {"subject": subject, "text": "It does not work.", "from": {"address": sender}}
    answer = client.post("/v1/requests", json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["reference"])


def board(client: httpx.Client) -> list[dict[str, Any]]:
    """Every incident, as the board has it."""
    shown: list[dict[str, Any]] = []
    page: dict[str, Any] = {"limit": 100}
    while page:
        answer = client.get("/v1/incidents", params=page)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        shown += found["incidents"]
        page = {"limit": 100, "cursor": found["next"]} if found.get("next") else {}
    return shown


class Load:
    """Posts one after another until it is told to stop."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._over = threading.Event()
        self._some = threading.Event()
        self.references: list[str] = []

    @contextmanager
    def running(self, at_least: int) -> Iterator["Load"]:
        """Meanwhile; begins when some posts were answered."""
        thread = threading.Thread(target=self._post, args=(at_least,))
        thread.start()
        assert self._some.wait(30)
        try:
            yield self
        finally:
            self._over.set()
            thread.join()

    def _post(self, at_least: int) -> None:
        while not self._over.is_set():
            try:
                self.references.append(post(self._client, f"Question {len(self.references)}"))
            except httpx.HTTPError:
                return
            if len(self.references) == at_least:
                self._some.set()
