"""The embedded mode: one process, one SQLite file, and consumers that read the outbox table itself.

What was committed is handed over in memory; the table is read at the start and after a reader fell behind.
"""

import asyncio
import fcntl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from candor_common import outbox
from candor_common.clock import Clock
from candor_common.database import SqliteDatabase, Written
from candor_common.feed import Batch, Partition, Positions, Record, record_of
from candor_common.outbox import headers_of_row
from candor_common.runtime import Wiring
from candor_common.service import Service
from candor_common.settings import Settings, SettingsError

PARTITION = Partition("outbox", 0)
"""The table is one strand: a consumer has one position in it."""

PAGE = 500
MEMORY = 5_000
"""How many records may wait in memory before a reader goes back to the table."""


class TableFeed:
    """Events of some topics, in the order of their commits."""

    repeats = False
    rest_factor = 2.0

    def __init__(self, database: SqliteDatabase, subscription: str, topics: Sequence[str]) -> None:
        self.subscription = subscription
        self._database = database
        self._topics = frozenset(topics)
        self._next = 0
        self._behind = True
        self._dropped = False
        self._assigned = False
        self._waiting: list[Record] = []
        self._arrived = asyncio.Event()

    async def start(self, positions: Positions) -> None:
        self._database.log_readers.append(self._hand_over)
        self._next = (await positions([PARTITION]))[PARTITION]
        self._assigned = True
        self._arrived.set()

    def _hand_over(self, written: Sequence[Written]) -> None:
        if len(self._waiting) > MEMORY:
            self._waiting.clear()
            self._behind = self._dropped = True
        self._waiting.extend(
            Record(PARTITION, position, {}, None, envelope)
            for position, envelope in written
            if envelope.fact.topic in self._topics
        )
        self._arrived.set()

    async def read(self) -> Batch:
        while not (batch := await self.poll()):
            await self._arrived.wait()
        return batch

    async def poll(self) -> Batch:
        """What can be read now; empty when nothing waits."""
        self._arrived.clear()
        records = await self._from_table() if self._behind else []
        if not self._behind:
            records += [record for record in self._waiting if record.offset >= self._next]
            self._waiting.clear()
        if not records:
            return {}
        self._next = records[-1].next_offset
        return {PARTITION: records}

    async def _from_table(self) -> list[Record]:
        start, topics = self._next, sorted(self._topics)
        self._dropped = False
        rows = await self._database.read(lambda connection: outbox.since(connection, start, topics, PAGE))
        records = [record_of(PARTITION, row["position"], headers_of_row(row), row["value"]) for row in rows]
        if records:
            self._next = records[-1].next_offset
        self._behind = len(rows) == PAGE or self._dropped
        if self._behind:
            self._arrived.set()
        return records

    async def seek(self, positions: Mapping[Partition, int]) -> None:
        if PARTITION in positions:
            self._next = positions[PARTITION]
            self._waiting.clear()
            self._behind = True
            self._arrived.set()

    def assigned(self) -> bool:
        return self._assigned

    def lag(self) -> int:
        return len(self._waiting)

    def idle(self) -> bool:
        return not self._behind and not self._waiting

    def silence(self) -> float:
        return 0.0

    async def stop(self) -> None:
        if self._hand_over in self._database.log_readers:
            self._database.log_readers.remove(self._hand_over)


@asynccontextmanager
async def embedded(settings: Settings, clock: Clock, services: Sequence[Service]) -> AsyncIterator[Wiring]:
    """The mode in which all services share one file in `data_dir`.

    Raises SettingsError when another process uses the folder: SQLite is safe with one writing connection only.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with (settings.data_dir / "lock").open("w") as lock:
        _hold(lock.fileno(), settings.data_dir)
        database = SqliteDatabase(database_path(settings), clock)
        try:
            yield Wiring(
                database, lambda service: TableFeed(database, service.name, service.topics), rest_factor=2.0
            )
        finally:
            await database.close()


def database_path(settings: Settings) -> Path:
    """The one file that holds everything in the embedded mode."""
    return settings.data_dir / "candor.db"


def _hold(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise SettingsError(
            f"{folder} is in use by another Candor process; stop it, or set CANDOR_DATA_DIR to another folder"
        ) from error
