"""A mail server that keeps what it gets: `python -m tests.worlds.sink PORT FILE SECONDS`, and the file read from outside.

A mail is in the file before it is answered for, so that whatever was answered for can be found there.
"""

import asyncio
import base64
import json
import signal
import socket
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers.process import LOOPBACK, Child, free_port
from tests.worlds.seen import Mail, read_mail


class MailSink:
    """A mail server as a process of its own, whose port refuses connections until it is started."""

    answers_after = 0.0
    """Seconds that it takes, once started, to say that it has a mail."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._record = folder / "mails.jsonl"
        self._log = folder / "sink.log"
        self._child: Child | None = None
        self._read = 0
        self._mails: list[Mail] = []

    @property
    def url(self) -> str:
        return f"smtp://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        where = [str(self.port), str(self._record), str(self.answers_after)]
        command = [sys.executable, "-m", __name__, *where]
        self._child = Child(
            ["/usr/bin/env", f"PYTHONPATH={':'.join(filter(None, sys.path))}", *command], self._log
        )
        self._child.wait_until(self._listens, within=30)

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop(signal.SIGTERM)
            self._child = None

    def mails(self) -> list[Mail]:
        """Everything that has come in, in order."""
        if self._record.exists():
            with self._record.open("rb") as record:
                record.seek(self._read)
                for line in record.readlines():
                    if line.endswith(b"\n"):
                        self._read += len(line)
                        self._mails.append(_mail(line))
        return list(self._mails)

    def _listens(self) -> bool:
        try:
            socket.create_connection((LOOPBACK, self.port), timeout=1).close()
        except OSError:
            return False
        return True


def _mail(line: bytes) -> Mail:
    kept = json.loads(line)
    return read_mail(base64.b64decode(kept["raw"]), datetime.fromtimestamp(kept["at"], UTC), kept["to"])


class _Recorder:
    """What the server does with a mail."""

    def __init__(self, record: Path, answers_after: float) -> None:
        self._answers_after = answers_after
        self._out = record.open("a", encoding="ascii")

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        content: Any = envelope.content
        for recipient in envelope.rcpt_tos:
            kept = {"at": time.time(), "to": recipient, "raw": base64.b64encode(content).decode()}
            self._out.write(json.dumps(kept) + "\n")
        self._out.flush()
        await asyncio.sleep(self._answers_after)
        return "250 2.0.0 taken"


async def _serve(port: int, record: Path, answers_after: float) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    recorder = _Recorder(record, answers_after)
    server = await loop.create_server(
        lambda: SMTP(recorder, enable_SMTPUTF8=True, hostname="sink", loop=loop), LOOPBACK, port
    )
    await ended.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])))
