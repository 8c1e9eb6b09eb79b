"""Raw keep-alive HTTP connections, because a client library cannot make 500 requests/s beside the server."""

import asyncio
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

import httptools


@dataclass(slots=True)
class Shot:
    """One request; moments are CLOCK_MONOTONIC, status 0 means that no answer came."""

    token: str
    planned: float
    sent: float = 0.0
    answered: float = 0.0
    status: int = 0


class _Connection(asyncio.Protocol):
    """A kept connection with one request under way at a time."""

    def __init__(self, pool: "Pool") -> None:
        self._pool = pool
        self._shot: Shot | None = None
        self._parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's, so an isinstance would fail.
        self._transport = cast("asyncio.Transport", transport)

    def fire(self, shot: Shot, request: bytes) -> None:
        self._shot = shot
        shot.sent = time.monotonic()
        self._transport.write(request)

    def close(self) -> None:
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self._settle(self._parser.get_status_code())
        if self._parser.should_keep_alive():
            self._pool.free(self)
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._settle(0)
        self._pool.lost(self)

    def _settle(self, status: int) -> None:
        if self._shot is not None:
            self._shot.status, self._shot.answered = status, time.monotonic()
            self._shot = None
            self._pool.answered()


class Pool:
    """Kept connections to one server; another one is opened when all are busy."""

    def __init__(self, host: str, port: int, most: int) -> None:
        self._address = (host, port)
        self._most = most
        self._opened = 0
        self._idle: list[_Connection] = []
        self._waiting: deque[tuple[Shot, bytes]] = deque()
        self._opening: set[asyncio.Task[None]] = set()
        self._open_shots = 0
        self._all_answered = asyncio.Event()
        self._all_answered.set()

    def send(self, shot: Shot, request: bytes) -> None:
        """Send now, or as soon as a connection is free; the shot is filled in by the answer."""
        self._open_shots += 1
        self._all_answered.clear()
        if self._idle:
            self._idle.pop().fire(shot, request)
        else:
            self._waiting.append((shot, request))
            self._grow()

    def free(self, connection: _Connection) -> None:
        """Give the connection the next request that waits."""
        if self._waiting:
            connection.fire(*self._waiting.popleft())
        else:
            self._idle.append(connection)

    def lost(self, connection: _Connection) -> None:
        """Forget a closed connection."""
        self._opened -= 1
        if connection in self._idle:
            self._idle.remove(connection)
        if self._waiting:
            self._grow()

    async def warm(self, count: int) -> None:
        """Open some connections ahead, so that the first requests do not pay for it."""
        for _ in range(count):
            await self._connect()

    def answered(self) -> None:
        """Count one request as over."""
        self._open_shots -= 1
        if not self._open_shots:
            self._all_answered.set()

    async def drain(self, seconds: float) -> None:
        """Wait until every request is over, at most so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._all_answered.wait()

    async def close(self) -> None:
        """Close what is idle."""
        for connection in self._idle[:]:
            connection.close()
        await asyncio.sleep(0)

    def _grow(self) -> None:
        if self._opened + len(self._opening) < self._most:
            task = asyncio.get_running_loop().create_task(self._connect())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(lambda: _Connection(self), *self._address)
        except OSError:
            self._refuse()
            return
        self._opened += 1
        self.free(connection)

    def _refuse(self) -> None:
        if self._waiting and not self._opened:
            self._waiting.popleft()[0].answered = time.monotonic()
            self.answered()
