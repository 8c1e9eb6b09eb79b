"""A server on HTTP that does as a test says: answers, stalls, drips, never ends, or hangs up."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

HANG_UP = b"hang up"
STALL = b"stall"
ENDLESS = b"endless"
GARBAGE = b"garbage"


@dataclass(frozen=True)
class Asked:
    """A request that was read in whole, whatever was answered to it."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


def answer(status: int, body: bytes | dict[str, object] = b"", **headers: str) -> bytes:
    """An answer as it travels."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


@dataclass
class Provider:
    """Answers as `usual` says unless something else stands in line."""

    usual: Callable[[Asked], bytes]
    in_line: deque[bytes] = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen; again on the same port after a stop."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and hang up on everybody."""
        self._server.close()
        await self._server.wait_closed()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            # Of a cancelled task the streams of asyncio would complain.
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self._one(reader, writer):
                    pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection stays open."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ")
        pairs = (line.partition(": ") for line in head[1:] if line)
        headers = {name.lower(): value for name, _, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        asked = Asked(method, path, headers, body)
        self.asked.append(asked)
        given = self.in_line.popleft() if self.in_line else self.usual(asked)
        return await _write(writer, given)


async def _write(writer: asyncio.StreamWriter, given: bytes) -> bool:
    if given == STALL:
        await asyncio.Event().wait()
    if given == ENDLESS:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()
    if given == GARBAGE:
        writer.write(b"220 this is no HTTP\r\n\r\n")
    elif given != HANG_UP:
        writer.write(given)
        await writer.drain()
        return True
    return False
