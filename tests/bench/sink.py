"""A mail sink that says when which token arrived: `python -m tests.bench.sink --port N --record FILE`.

Written by hand because a full SMTP server costs as much CPU per mail as the stages under test.
"""

import argparse
import asyncio
import email
import email.policy
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TextIO, cast

import uvloop

TOKEN = re.compile(rb"tok-[0-9a-f]+")
MESSAGE_ID = re.compile(rb"(?im)^message-id:\s*(\S+)")
END_OF_DATA = b"\r\n.\r\n"


class Mail(NamedTuple):
    """One mail received; the moment is CLOCK_MONOTONIC, which all processes of a machine share."""

    token: str
    received: float
    recipients: str
    message_id: str


class _Session(asyncio.Protocol):
    """Just enough SMTP for one kept connection."""

    def __init__(self, record: Callable[[str, bytes], None]) -> None:
        self._record = record
        self._unread = b""
        self._in_mail = False
        self._recipients: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's, so an isinstance would fail.
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while self._take_mail() if self._in_mail else self._take_line():
            pass

    def _take_mail(self) -> bool:
        raw, end, rest = self._unread.partition(END_OF_DATA)
        if not end:
            return False
        self._unread, self._in_mail = rest, False
        self._record(",".join(self._recipients), raw)
        self._recipients = []
        self._transport.write(b"250 2.0.0 OK\r\n")
        return True

    def _take_line(self) -> bool:
        line, end, rest = self._unread.partition(b"\r\n")
        if not end:
            return False
        self._unread = rest
        verb = line[:4].upper()
        if verb == b"RCPT":
            self._recipients.append(line.partition(b"<")[2].partition(b">")[0].decode("utf-8", "replace"))
        self._in_mail = verb == b"DATA"
        self._transport.write(_REPLIES.get(verb, b"250 2.0.0 OK\r\n"))
        if verb == b"QUIT":
            self._transport.close()
        return True


_REPLIES = {
    b"EHLO": b"250-sink\r\n250-SMTPUTF8\r\n250 8BITMIME\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 2.0.0 bye\r\n",
}


def token_of(raw: bytes) -> str:
    """The token found in the mail, decoding it only when it is not there in plain; else empty."""
    found = TOKEN.search(raw) or TOKEN.search(_decoded(raw))
    return found.group().decode() if found else ""


def read_record(path: Path, start: int = 0) -> list[Mail]:
    """The mails recorded after this byte; a line that is still being written is left out."""
    with path.open("rb") as record:
        record.seek(start)
        lines = record.read().decode().splitlines(keepends=True)
    fields = [line.rstrip("\n").split("\t") for line in lines if line.endswith("\n")]
    return [Mail(token, float(at), to, message_id) for token, at, to, message_id in fields]


async def serve(port: int, out: TextIO) -> None:
    """Record mails until SIGTERM."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)

    def record(recipients: str, raw: bytes) -> None:
        at = time.monotonic()
        message_id = MESSAGE_ID.search(raw)
        out.write(
            f"{token_of(raw)}\t{at:.6f}\t{recipients}\t{message_id.group(1).decode() if message_id else ''}\n"
        )

    server = await loop.create_server(lambda: _Session(record), "127.0.0.1", port)
    print("ready", flush=True)
    while not stop.is_set():
        # Flushed by the clock, not per mail: a write per mail would be paid by the machine under test.
        out.flush()
        try:
            async with asyncio.timeout(0.1):
                await stop.wait()
        except TimeoutError:
            continue
    server.close()


def main() -> None:
    """Run the sink."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--record", type=Path, required=True)
    options = parser.parse_args()
    with options.record.open("a") as out:
        uvloop.run(serve(options.port, out))


def _decoded(raw: bytes) -> bytes:
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    texts = [str(value) for value in mail.values()]
    for part in mail.walk():
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            texts.append(payload.decode("utf-8", "replace"))
    return "\n".join(texts).encode()


if __name__ == "__main__":
    main()
