"""A unit of work, and what a database is to those who use it."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy import Connection
from uuid_utils import uuid7

from candor_common.clock import Clock
from candor_common.events import Envelope, Fact, FactT
from candor_common.trace import child_of, new_trace

T = TypeVar("T")
OUTBOX = "outbox"
"""The bell that rings when events were committed."""


class Bells:
    """Wake-ups after a commit: a task waits on a named bell, a transaction asks for it to be rung."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[asyncio.Event]] = defaultdict(list)

    def listen(self, *names: str) -> asyncio.Event:
        """An event that is set whenever one of the bells rings; the listener clears it."""
        event = asyncio.Event()
        for name in names:
            self._listeners[name].append(event)
        return event

    def ring(self, names: set[str]) -> None:
        for name in names:
            for event in self._listeners[name]:
                event.set()


class Transaction:
    """One unit of work: the connection, the moment at which it happens, and the events that it causes."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self.emitted: list[Envelope[Fact]] = []
        self.bells: set[str] = set()

    def emit(
        self, fact: FactT, *, cause: Envelope[Fact] | None = None, traceparent: str | None = None
    ) -> Envelope[FactT]:
        """Make an event out of a fact; it is written with everything else when the transaction ends.

        It carries on the trace of the event that caused it, or the given one, or starts a new one.
        """
        parent = cause.traceparent if cause else traceparent
        trace = child_of(parent) if parent else new_trace()
        envelope = Envelope(str(uuid7()), f"/candor/{fact.emitter}", self.now, trace, fact)
        self.emitted.append(envelope)
        return envelope

    def wake(self, bell: str) -> None:
        """Ring a bell once the transaction is committed."""
        self.bells.add(bell)


class Database(Protocol):
    """Where a service keeps its state."""

    clock: Clock
    bells: Bells

    async def transact(self, work: Callable[[Transaction], T]) -> T:
        """Run work in a transaction and commit it; on an exception nothing of it remains."""
        ...

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run a query beside the writers."""
        ...

    async def close(self) -> None: ...
