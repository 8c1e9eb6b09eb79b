"""Group commit: posts that arrive together share one transaction, and nobody waits when nobody else is there."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from candor_common import telemetry
from candor_common.database import Database, Transaction
from candor_common.failures import is_unavailable

ItemT = TypeVar("ItemT")
AnswerT = TypeVar("AnswerT")


class GroupCommit(Generic[ItemT, AnswerT]):
    """Takes items one by one and applies all that wait in one transaction.

    While one transaction is under way the next group gathers; there is no timer. When a group fails, its items are
    applied one by one, so that a bad one fails alone; when the database is away, they all fail at once.
    """

    def __init__(
        self,
        database: Database,
        apply: Callable[[Transaction, Sequence[ItemT]], Sequence[AnswerT]],
        *,
        limit: int = 500,
    ) -> None:
        self._database = database
        self._apply = apply
        self._limit = limit
        self._waiting: list[tuple[ItemT, asyncio.Future[AnswerT]]] = []
        self._running: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        """How many items wait for a transaction."""
        return len(self._waiting)

    async def add(self, item: ItemT) -> AnswerT:
        """The answer for this item, once it is committed. Raises what applying it raised."""
        future: asyncio.Future[AnswerT] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._running is None:
            self._running = asyncio.create_task(self._drain())
        return await future

    async def _drain(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[: self._limit], self._waiting[self._limit :]
                await self._commit(group)
        finally:
            self._running = None

    async def _commit(self, group: Sequence[tuple[ItemT, asyncio.Future[AnswerT]]]) -> None:
        try:
            await self._together(group)
        except Exception as error:  # noqa: BLE001 - handed to the callers
            if len(group) == 1 or is_unavailable(error):
                # One by one, each would wait in vain for a database that is away.
                _fail(group, error)
            else:
                for one in group:
                    await self._commit([one])

    async def _together(self, group: Sequence[tuple[ItemT, asyncio.Future[AnswerT]]]) -> None:
        items = [item for item, _ in group]
        answers = await self._database.transact(lambda transaction: self._apply(transaction, items))
        telemetry.group_size.observe(len(group))
        for (_, future), answer in zip(group, answers, strict=True):
            if not future.done():
                future.set_result(answer)


def _fail(group: Sequence[tuple[ItemT, asyncio.Future[AnswerT]]], error: Exception) -> None:
    for _, future in group:
        if not future.done():
            future.set_exception(error)
