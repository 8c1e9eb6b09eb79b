"""A Candor that runs as a process of its own, as the clients of others find it."""

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
import sqlalchemy as sa

from candor_common.embedded import database_path
from candor_common.events import Fact, FactT
from candor_common.keys import read_private
from candor_common.outbox import headers_of_row, outbox
from candor_common.settings import Settings
from candor_common.wire import decode
from tests.servers.process import LOOPBACK, free_port
from tests.worlds.processes import Process

PATIENCE = 60.0
"""Seconds that anything may take."""
T = TypeVar("T")


def installed(command: str, package: str) -> str:
    """The path of a command; without it the test is skipped, which CI does not allow."""
    path = shutil.which(command)
    if path is None:
        pytest.skip(f"there is no {command}; Debian's package {package} has it")
    return path


def until(ask: Callable[[], T | None], what: str) -> T:
    """What is there at last. Fails when it does not come."""
    deadline = time.monotonic() + PATIENCE
    while (found := ask()) is None:
        assert time.monotonic() < deadline, f"{what} did not come within {PATIENCE:g} s"
        time.sleep(0.05)
    return found


class Instance:
    """Its address and key, and what it has told."""

    def __init__(self, folder: Path, mail: str = "smtp") -> None:
        self.data = folder / "data"
        self.mail_port = free_port()
        listen = f"{mail}://{LOOPBACK}:{self.mail_port}"
        settings = {"CANDOR_DATA_DIR": str(self.data), "CANDOR_SMTP_LISTEN": listen}
        self.process = Process("candor", ["-m", "candor", "up"], settings, folder)

    @property
    def url(self) -> str:
        return self.process.url

    @property
    def key(self) -> str:
        return read_private(self.data / "local.key") or ""

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Ask as the operator."""
        headers = {"Authorization": f"Bearer {self.key}"}
        answer = httpx.request(
            method, self.url + path, json=body, headers=headers, timeout=PATIENCE, trust_env=False
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def let_in(self, kind: str, name: str, **wanted: Any) -> dict[str, Any]:
        """A source, as `candor source add` makes it."""
        made: dict[str, Any] = self.call("POST", "/v1/sources", {"kind": kind, "name": name, **wanted})
        return made

    def told(self, kind: type[FactT]) -> list[FactT]:
        """All facts of a kind so far."""
        return [one for one in self._facts() if isinstance(one, kind)]

    def first(self, kind: type[FactT], wanted: Callable[[FactT], bool]) -> FactT:
        """The first fact of a kind that is wanted, once it is there."""
        return until(
            lambda: next((one for one in self.told(kind) if wanted(one)), None), f"a {kind.__name__}"
        )

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True)) as database:
            return database.execute(query, values).fetchall()

    @contextmanager
    def out_of_order(self) -> Iterator[None]:
        """Nothing can be stored meanwhile: somebody else writes into the same file, and does not end."""
        with closing(sqlite3.connect(self._file, isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            yield
            database.execute("ROLLBACK")

    @property
    def _file(self) -> Path:
        return database_path(Settings.model_construct(data_dir=self.data))

    def _facts(self) -> list[Fact]:
        engine = sa.create_engine(f"sqlite+pysqlite:///file:{self._file}?mode=ro&uri=true")
        with engine.connect() as connection:
            rows = connection.execute(sa.select(outbox).order_by(outbox.c.position)).mappings().all()
        engine.dispose()
        read = (decode(headers_of_row(row), row["value"]) for row in rows)
        return [envelope.fact for envelope in read if envelope is not None]


@contextmanager
def running(folder: Path, mail: str = "smtp") -> Iterator[Instance]:
    """An instance, from its start to its end."""
    instance = Instance(folder, mail)
    instance.process.start()
    try:
        instance.process.wait_until_ready()
        yield instance
    finally:
        instance.process.kill()
