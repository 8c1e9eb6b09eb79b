"""HTTP as uvicorn speaks it, with an end to what a client may send before its request can be judged, and how slowly."""

import asyncio
import resource
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from candor_common.errors import BadRequest, CandorError, HeadersTooLarge, Unavailable, answer

LARGEST_HEAD = 65_536
"""Bytes of address and headers together."""
MOST_HEADERS = 200
HEAD_SECONDS = 10.0
"""How long a request may take until its headers are there."""
MOST_CONNECTIONS = 4_096
_SPARE_FILES = 128
"""Open files that are left for databases, brokers and logs."""


def most_connections() -> int:
    """How many connections are taken: as many as this process may open files, less what it needs itself."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if soft < 0 else max(16, min(MOST_CONNECTIONS, soft - _SPARE_FILES))


class Protocol(HttpToolsProtocol):
    """One connection."""

    head_seconds = HEAD_SECONDS
    most = most_connections()

    _timer: asyncio.TimerHandle | None = None
    _in_head = True
    _fresh = True
    _head_bytes = 0
    _refusal: CandorError | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        if len(self.connections) > self.most:
            self._refuse(Unavailable("Too many connections; come again in a few seconds."))
        else:
            self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._timer is None and self._idle():
            self._start_timer()
        super().data_received(data)
        # A head that began in this piece has something else before it, and is judged when it is whole.
        if self._in_head and not self._fresh:
            self._head_bytes += len(data)
            if self._head_bytes > LARGEST_HEAD and not self.transport.is_closing():
                self._refuse(_too_large())
        self._fresh = False

    def on_message_begin(self) -> None:
        self._in_head = self._fresh = True
        self._head_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stop_timer()
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > LARGEST_HEAD or len(self.headers) > MOST_HEADERS:
            self._refusal = _too_large()
            raise self._refusal  # which ends the parser, and comes back below
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """What uvicorn does where the parser has given up."""
        self._refuse(self._refusal or BadRequest("This is not HTTP as it should be."))

    def _idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _start_timer(self) -> None:
        self._timer = self.loop.call_later(self.head_seconds, self._too_slow)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        if self._idle() and not self.transport.is_closing():
            self.transport.close()

    def _refuse(self, error: CandorError) -> None:
        """Answer without the application, and hang up."""
        self._stop_timer()
        told = answer(error)
        phrase = HTTPStatus(told.status_code).phrase
        lines = [f"HTTP/1.1 {told.status_code} {phrase}".encode()]
        lines += [name + b": " + value for name, value in told.raw_headers]
        self.transport.write(b"\r\n".join([*lines, b"connection: close", b"", bytes(told.body)]))
        self.transport.close()


def _too_large() -> HeadersTooLarge:
    return HeadersTooLarge(
        f"Address and headers may have {LARGEST_HEAD} bytes and {MOST_HEADERS} lines; send less."
    )
