"""A TCP link on loopback that breaks off in the middle of whatever it carries, or carries nothing back any more."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self

from tests.servers.process import LOOPBACK, free_port

CHUNK = 65_536
HELD = 0.1


class FaultyLink:
    """Passes everything on to another port, until told otherwise."""

    silent = False
    """Whether what the other side answers is held back."""

    def __init__(self, to: int) -> None:
        self.port = free_port()
        self._to = to
        self._left: int | None = None
        self._links: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, LOOPBACK, self.port)
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._server.close()
        self._break()

    def cut_after(self, count: int) -> None:
        """Break all links that are open when so many more bytes have passed; new ones are let through."""
        self._left = count

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner = await asyncio.open_connection(LOOPBACK, self._to)
        except OSError:
            writer.close()
            return
        self._links |= {writer, inner}
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await asyncio.gather(self._pass(reader, inner), self._pass(inner_reader, writer, back=True))
        self._links -= {writer, inner}

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, back: bool = False
    ) -> None:
        while data := await reader.read(CHUNK):
            if self._left is not None and len(data) > self._left:
                writer.write(data[: self._left])
                self._left = None
                self._break()
                return
            if self._left is not None:
                self._left -= len(data)
            while back and self.silent:
                await asyncio.sleep(HELD)
            writer.write(data)
            await writer.drain()
        writer.close()

    def _break(self) -> None:
        for link in self._links:
            link.transport.abort()
