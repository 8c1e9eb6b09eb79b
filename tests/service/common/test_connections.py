"""What one connection may do to a running server: how much it may send before it is judged, and how slowly."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from socket import socket

import pytest
import uvicorn
from fastapi import FastAPI, Request

from candor_common import errors
from candor_common.limits import FREE, HELD, PATIENCE, LimitBody
from candor_common.protocol import LARGEST_HEAD, MOST_HEADERS, Protocol, most_connections

HASTE = 0.3
"""Seconds, where the real server has ten and more."""
MOST = 100_000
"""Bytes of a body."""
PROBLEM = b"content-type: application/problem+json"


class Few(Protocol):
    most = 5


class Hasty(Protocol):
    head_seconds = HASTE


@contextmanager
def bound() -> Iterator[socket]:
    with closing(socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        yield listener


def application(patience: float) -> FastAPI:
    app = FastAPI()
    errors.install(app)
    app.add_middleware(LimitBody, max_bytes=MOST, patience=patience)

    @app.post("/")
    async def length(request: Request) -> int:
        return len(await request.body())

    @app.post("/unread")
    async def unread() -> str:
        return "I did not look"

    return app


@asynccontextmanager
async def served(http: type[Protocol] = Protocol, patience: float = PATIENCE) -> AsyncIterator[int]:
    config = uvicorn.Config(
        application(patience), http=http, ws="none", lifespan="off", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # it runs beside the test
    with bound() as listener:
        task = asyncio.create_task(server._serve([listener]))
        while not server.started:
            await asyncio.sleep(0)
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await task


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with served() as found:
        yield found


@pytest.fixture
async def hasty() -> AsyncIterator[int]:
    """A server whose patience a test can wait for."""
    async with served(Hasty, HASTE) as found:
        yield found


Pieces = list[bytes]


async def answer(port: int, *pieces: bytes, pause: float = 0.0) -> bytes:
    """All that comes back until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sending = asyncio.create_task(_send(writer, list(pieces), pause))
    try:
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        writer.close()


async def _send(writer: asyncio.StreamWriter, pieces: Pieces, pause: float) -> None:
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(pause)


HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
SMALL = HEAD + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}"


async def test_a_request_as_it_should_be_is_answered(port: int) -> None:
    assert (await answer(port, SMALL)).endswith(b"\r\n\r\n2")
    assert (await answer(port, *(bytes([one]) for one in SMALL))).endswith(b"\r\n\r\n2")


async def test_one_connection_may_ask_one_thing_after_another(port: int) -> None:
    again = HEAD + b"Content-Length: 2\r\n\r\n{}"
    assert (await answer(port, again * 3 + SMALL)).count(b"HTTP/1.1 200") == 4


@pytest.mark.parametrize(
    "head",
    [
        HEAD + b"X-Long: " + b"a" * LARGEST_HEAD + b"\r\n\r\n",
        HEAD + b"X: y\r\n" * (MOST_HEADERS + 1) + b"\r\n",
        b"GET /" + b"a" * LARGEST_HEAD + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=["a long one", "many", "a long address"],
)
async def test_headers_that_are_too_large_are_refused(port: int, head: bytes) -> None:
    told = await answer(port, head)
    assert told.startswith(b"HTTP/1.1 431 ")
    assert PROBLEM in told
    assert b"connection: close" in told


async def test_headers_without_an_end_are_refused_before_they_fill_the_memory(port: int) -> None:
    told = await answer(port, HEAD, *[b"X-More: " + b"a" * 4_000 + b"\r\n"] * 40, pause=0.001)
    assert told.startswith(b"HTTP/1.1 431 ")
    told = await answer(port, HEAD + b"X-More: ", *[b"a" * 4_000] * 40, pause=0.001)
    assert told.startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    "sent", [b"NONSENSE\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00", b"GET / HTTP/9.9\r\n\r\n"]
)
async def test_what_is_no_http_is_told_so_as_a_problem(port: int, sent: bytes) -> None:
    told = await answer(port, sent)
    assert told.startswith(b"HTTP/1.1 400 ")
    assert PROBLEM in told


@pytest.mark.parametrize(
    "pieces",
    [[], [b"\r\n"] * 100, [b"P"], [HEAD], [HEAD, *[b"X: y\r\n"] * 100]],
    ids=["nothing", "empty lines", "a letter", "half of it", "a header now and then"],
)
async def test_who_does_not_come_to_the_point_is_hung_up_on(hasty: int, pieces: Pieces) -> None:
    began = asyncio.get_running_loop().time()
    assert await answer(hasty, *pieces, pause=HASTE / 10) == b""
    assert asyncio.get_running_loop().time() - began >= HASTE


async def test_a_body_that_does_not_come_is_told_so(hasty: int) -> None:
    told = await answer(hasty, HEAD + b"Content-Length: 1000\r\n\r\n", *[b"a"] * 3, pause=HASTE / 10)
    assert told.startswith(b"HTTP/1.1 408 ")
    assert PROBLEM in told


async def test_a_long_body_may_take_its_time_as_long_as_it_keeps_coming() -> None:
    head = HEAD + b"Content-Length: 96000\r\nConnection: close\r\n\r\n"
    async with served(patience=1) as port:
        told = await answer(port, head, *[b"a" * 16_000] * 6, pause=0.3)
    assert told.endswith(b"\r\n\r\n96000")


async def test_a_body_that_nobody_reads_does_not_keep_the_connection(hasty: int) -> None:
    head = b"POST /unread HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000\r\n\r\n"
    told = await answer(hasty, head, *[b"a"] * 200, pause=HASTE / 10)
    assert told.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("header", "status"),
    [(b"Content-Length: 8000000", b"413"), (b"Content-Length: 8000000\r\nContent-Encoding: gzip", b"415")],
    ids=["too long", "compressed"],
)
async def test_who_reads_only_when_all_is_sent_gets_the_refusal(
    port: int, header: bytes, status: bytes
) -> None:
    """To hang up on what still comes resets the connection, and the answer is lost with it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await _send(writer, [HEAD + header + b"\r\n\r\n", *[b"a" * 80_000] * 100], 0)
    async with asyncio.timeout(10):
        assert (await reader.read()).startswith(b"HTTP/1.1 " + status)
    writer.close()


async def test_who_grows_too_long_without_a_length_gets_the_refusal(port: int) -> None:
    pieces = [b"13880\r\n" + b"a" * 80_000 + b"\r\n"] * 100
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await _send(writer, [HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *pieces], 0)
    async with asyncio.timeout(10):
        assert (await reader.read()).startswith(b"HTTP/1.1 413 ")
    writer.close()


async def test_long_bodies_do_not_fill_the_memory_together(port: int) -> None:
    long = HEAD + b"Content-Length: 100000\r\nConnection: close\r\n\r\n"
    share = MOST - FREE - 1
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(HELD * MOST // share)]
    for _, writer in held:
        await _send(writer, [long, b"a" * (MOST - 1)], 0)
    while not (told := await answer(port, long, b"a" * MOST)).startswith(b"HTTP/1.1 503 "):
        assert told.endswith(b"\r\n\r\n100000")
    assert b"retry-after: 5" in told
    assert (await answer(port, SMALL)).endswith(b"\r\n\r\n2")
    for _, writer in held:
        writer.close()
    while not (await answer(port, long, b"a" * MOST)).endswith(b"\r\n\r\n100000"):
        await asyncio.sleep(0.05)


async def test_beyond_so_many_connections_the_next_is_told_to_come_again() -> None:
    async with served(Few) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(Few.most)]
        told = await answer(port, SMALL)
        for _, writer in held:
            writer.close()
    assert told.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 5" in told


async def test_files_are_left_for_what_the_process_needs_itself() -> None:
    assert 16 <= most_connections() <= 4_096
