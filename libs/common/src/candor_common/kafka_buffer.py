"""The memory between the task that only reads and the one that only works."""

import asyncio
from collections.abc import Iterable

from candor_common.feed import Batch, Partition, Record

MEMORY = 2_000
"""How many records may wait."""


class Buffer:
    """What was read and not given out yet."""

    def __init__(self) -> None:
        self._records: dict[Partition, list[Record]] = {}
        self.filled = asyncio.Event()
        self._emptied = asyncio.Event()

    def put(self, partition: Partition, records: list[Record]) -> None:
        self._records.setdefault(partition, []).extend(records)
        self.filled.set()

    def take(self) -> Batch:
        taken, self._records = self._records, {}
        self.filled.clear()
        self._emptied.set()
        return taken

    def drop(self, partitions: Iterable[Partition]) -> None:
        for partition in partitions:
            self._records.pop(partition, None)
        self._emptied.set()

    async def room(self) -> int:
        """How many records may come; waits until that is not none."""
        while (room := MEMORY - sum(map(len, self._records.values()))) <= 0:
            self._emptied.clear()
            await self._emptied.wait()
        return room
