"""What one run of the bench stands on: real servers, fresh places in them, and lines that say how far it is."""

import asyncio
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from aiokafka.admin import AIOKafkaAdminClient

from tests.bench.report import NOISE
from tests.servers.kafka import KafkaServer
from tests.servers.postgres import PostgresAddress, PostgresServer

T = TypeVar("T")


@dataclass(frozen=True)
class Length:
    """How long and how often things are measured; seconds."""

    rounds: int = 3
    saturation: float = 4.0
    stage: float = 0.5
    rate: float = 4.0
    hold: float = 20.0
    idle: float = 10.0

    @classmethod
    def of(cls, rounds: int, *, quick: bool) -> "Length":
        """The usual one, or one that only shows that everything works."""
        return cls(rounds, 1.5, 0.2, 2.0, 5.0, 3.0) if quick else cls(rounds)


@dataclass
class Session:
    """The servers of this run and what they are called in /proc."""

    kafka: str
    postgres: PostgresAddress
    pids: dict[str, int]
    length: Length
    folder: Path
    began: float = field(default_factory=time.monotonic)
    patience: float = 45.0
    """Seconds that may be spent, over the whole run, on repeating what others have disturbed."""

    def say(self, text: str) -> None:
        """One line of progress."""
        seconds = time.monotonic() - self.began
        print(f"{int(seconds // 60):2d}:{int(seconds % 60):02d}  {text}", flush=True)

    def database(self, name: str) -> str:
        """A fresh database of that name."""
        return asyncio.run(self.postgres.create_database(f"bench_{name}"))

    def clear_kafka(self) -> None:
        """Remove all topics, so that nobody inherits a backlog."""
        asyncio.run(_clear(self.kafka))

    def rounds(self) -> Iterator[tuple[int, tuple[str, str]]]:
        """The number of each round, and who goes first in it."""
        for number in range(self.length.rounds):
            yield number, ("product", "bare") if number % 2 == 0 else ("bare", "product")

    def quietest(self, run: Callable[[], T], foreign: Callable[[T], float]) -> T:
        """Measure; once more when others used the machine meanwhile and there is patience left."""
        first = run()
        if foreign(first) <= NOISE or self.patience <= 0:
            return first
        began = time.monotonic()
        again = run()
        self.patience -= time.monotonic() - began
        return min(first, again, key=foreign)


@contextmanager
def opened(length: Length) -> Iterator[Session]:
    """Kafka and PostgreSQL of our own, durable, gone with their data afterwards."""
    with tempfile.TemporaryDirectory(prefix="candor-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL runs as somebody else
        kafka, postgres = KafkaServer(folder / "kafka"), PostgresServer(folder / "postgres", durable=True)
        try:
            kafka.start()
            postgres.start()
            pids = {"kafka": kafka.pid}
            if postgres.controllable:
                pids["postgres"] = postgres.pid
            yield Session(kafka.bootstrap, postgres.address, pids, length, folder)
        finally:
            kafka.kill()
            if postgres.controllable:
                postgres.kill()


def machine() -> str:
    """What the figures were taken on, in one line."""
    cores, memory = _proc("cpuinfo").count("\nprocessor") + 1, _proc("meminfo").split()[1]
    model = next((line.partition(":")[2].strip() for line in _lines("cpuinfo", "model name")), "unknown CPU")
    day = time.strftime("%Y-%m-%d")
    return (
        f"{cores} × {model}, {int(memory) / 1_048_576:.0f} GiB, {platform.system()} {platform.release()}, "
        f"Python {sys.version.split()[0]}, {day}"
    )


async def _clear(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        while names := [one for one in await admin.list_topics() if not one.startswith("__")]:
            await admin.delete_topics(names)
            await asyncio.sleep(0.2)
    finally:
        await admin.close()


def _proc(name: str) -> str:
    return Path(f"/proc/{name}").read_text()


def _lines(name: str, begin: str) -> Iterator[str]:
    return (line for line in _proc(name).splitlines() if line.startswith(begin))
