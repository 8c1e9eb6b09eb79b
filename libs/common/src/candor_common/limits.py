"""What a request may be at most, checked before anything of it is read: its size, its encoding, and its time."""

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SMALL_BODY = 1_048_576
"""The most bytes for whatever is no door: commands and forms."""
PATIENCE = 20.0
"""Seconds that a body may take in any case."""
SLOWEST = 16_384
"""Bytes per second that earn a long body more time."""
FREE = 65_536
"""Bytes that each body may have, however much the others hold."""
HELD = 2
"""How many of the longest bodies may be held at a time, or as many bytes of shorter ones."""
LINGER = 1.0
"""Seconds for which what is refused is read on, so that its sender reads the answer before it sees us hang up."""
_DRAINED = 33_554_432

# The connection is closed, or the server would read on to find the next request behind the body.
_CLOSE = {"Connection": "close"}
_LATER = {"Retry-After": "5", **_CLOSE}
_PLAIN_ENCODINGS = (b"", b"identity")
_PLAIN_CHARSETS = (b"", b"utf-8", b"utf8")


@dataclass(frozen=True, slots=True)
class _Announced:
    """What the headers say of a body."""

    length: int = 0
    encoding: bytes = b""
    charset: bytes = b""


class LimitBody:
    """Answers 413 to a body that is too long, 408 to one that comes too slowly, 415 to one that is compressed, and 503
    while too many long ones are held.

    `max_bytes` is for paths that begin with one of `large`, with doors behind them; elsewhere `SMALL_BODY` is enough.
    What the headers say is refused where the body is asked for, so that each door can say it in the way by which its
    sender stops.
    """

    def __init__(
        self, app: ASGIApp, max_bytes: int, large: Sequence[str] = ("/",), patience: float = PATIENCE
    ) -> None:
        self._app, self._large, self._patience = app, tuple(large), patience
        self._most = {True: max_bytes, False: min(max_bytes, SMALL_BODY)}
        self._room = _Room(HELD * max_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most[scope["path"].startswith(self._large)]
        refusal = _refusal(_announced(scope["headers"]), most)
        body = _Body(receive, _Limits(most, self._patience, self._room), refusal)
        try:
            await self._app(scope, body.receive, body.answering(send))
        finally:
            body.let_go()


class _Room:
    """What bodies may hold together beyond `FREE`, in bytes."""

    def __init__(self, left: int) -> None:
        self.left = left


@dataclass(frozen=True, slots=True)
class _Limits:
    """What one body has to keep to."""

    most: int
    patience: float
    room: _Room


class _Body:
    """A body on its way in, as long as it keeps to the limits."""

    def __init__(self, receive: Receive, limits: _Limits, refusal: HTTPException | None) -> None:
        self._receive, self._limits, self._refusal = receive, limits, refusal
        self._began = asyncio.get_running_loop().time()
        self._seen = self._held = 0
        self._ended = False

    async def receive(self) -> Message:
        """The next piece. Raises HTTPException, since FastAPI turns anything else into a 400 while it reads."""
        if self._refusal is not None:
            raise self._refusal
        if self._ended:  # what comes now is only that the client has gone
            return await self._receive()
        message = await self._in_time()
        self._seen += len(message.get("body", b""))
        self._ended = not message.get("more_body", False)
        if self._seen > self._limits.most:
            self._refuse(_too_long(self._limits.most))
        self._hold()
        return message

    def answering(self, send: Send) -> Send:
        """What is refused is answered whole before the connection is closed."""

        async def answer(message: Message) -> None:
            if self._refusal is None:
                await send(message)
            elif message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_CLOSE)
                await send(message)
            elif message.get("more_body", False):
                await send(message)
            else:
                await send({**message, "more_body": True})
                await self._drain()
                await send({"type": "http.response.body", "body": b""})

        return answer

    def let_go(self) -> None:
        """The request is over, and what it held with it."""
        self._limits.room.left += self._held
        self._held = 0

    async def _in_time(self) -> Message:
        until = self._began + self._limits.patience + self._seen / SLOWEST
        try:
            async with asyncio.timeout_at(until):
                return await self._receive()
        except TimeoutError:
            self._refuse(HTTPException(408, "The body came too slowly; send it again.", _CLOSE))

    def _hold(self) -> None:
        more = max(0, self._seen - FREE) - self._held
        if more > self._limits.room.left:
            self._refuse(HTTPException(503, "Too many long bodies come at a time; send it again.", _LATER))
        self._limits.room.left -= more
        self._held += more

    def _refuse(self, refusal: HTTPException) -> NoReturn:
        self._refusal = refusal
        raise refusal from None

    async def _drain(self) -> None:
        drained = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER):
                while not self._ended and drained < _DRAINED:
                    message = await self._receive()
                    drained += len(message.get("body", b""))
                    self._ended = not message.get("more_body", False)


def _announced(headers: Iterable[tuple[bytes, bytes]]) -> _Announced:
    length, encoding, charset = 0, b"", b""
    for name, value in headers:
        if name == b"content-length":
            # A server has checked it before; what is no number is no length.
            length = int(value) if value.isdigit() and len(value) < 20 else 0
        elif name == b"content-encoding":
            encoding = value.strip().lower()
        elif name == b"content-type":
            charset = _charset_of_form(value)
    return _Announced(length, encoding, charset)


def _charset_of_form(kind: bytes) -> bytes:
    """The charset that a form with files names; the parser would decode by any codec of Python's."""
    if b"charset" not in kind.lower() or not kind.lower().lstrip().startswith(b"multipart/"):
        return b""
    named = kind.lower().partition(b"charset")[2].partition(b"=")[2]
    return named.partition(b";")[0].strip(b' \t"')


def _refusal(announced: _Announced, most: int) -> HTTPException | None:
    """What is wrong with a body by its headers."""
    if announced.encoding not in _PLAIN_ENCODINGS:
        # RFC 9110, 15.5.16: what would be taken is told in this header.
        headers = {"Accept-Encoding": "identity", **_CLOSE}
        return HTTPException(415, "Send the body as it is, without a Content-Encoding.", headers)
    if announced.charset not in _PLAIN_CHARSETS:
        return HTTPException(415, "Send the form in UTF-8.", _CLOSE)
    return _too_long(most) if announced.length > most else None


def _too_long(most: int) -> HTTPException:
    detail = f"The body is longer than {most} bytes, the most that is taken here; send less."
    return HTTPException(413, detail, _CLOSE)
