"""Sends messages over kept SMTP connections and tells, in groups, which were sent."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from email.message import EmailMessage
from email.mime.text import MIMEText
from email.policy import SMTP as SMTP_POLICY

import aiosmtplib

from tests.bench.bare_http import must_live
from tests.bench.bare_model import Message

SENDER = "help@candor.example"
Build = Callable[[Message], bytes]
MarkSent = Callable[[list[str]], Awaitable[None]]


def modern_mail(message: Message) -> bytes:
    """A mail built the documented way."""
    mail = EmailMessage(policy=SMTP_POLICY)
    mail["From"], mail["To"], mail["Subject"] = SENDER, message.recipient, message.subject
    mail["Message-ID"] = f"<{message.id}@candor.example>"
    mail.set_content(message.text)
    return mail.as_bytes()


def cheap_mail(message: Message) -> bytes:
    """The same mail by the old policy, which costs a quarter and checks no header."""
    mail = MIMEText(message.text)
    mail["From"], mail["To"], mail["Subject"] = SENDER, message.recipient, message.subject
    mail["Message-ID"] = f"<{message.id}@candor.example>"
    return mail.as_bytes().replace(b"\n", b"\r\n")


BUILDERS: dict[str, Build] = {"modern": modern_mail, "cheap": cheap_mail}


class Mailer:
    """A few workers, each with a connection of its own; sent ids are marked in groups."""

    def __init__(self, port: int, build: Build, mark_sent: MarkSent) -> None:
        self._port = port
        self._build = build
        self._mark_sent = mark_sent
        self._queue: asyncio.Queue[Message] = asyncio.Queue()
        self._sent: list[str] = []
        self._some_sent = asyncio.Event()

    def start(self, connections: int) -> "list[asyncio.Task[None]]":
        """Start the workers and the task that marks."""
        return [must_live(self._work()) for _ in range(connections)] + [must_live(self._mark())]

    def post(self, messages: Iterable[Message]) -> None:
        """Take committed messages over for sending."""
        for message in messages:
            self._queue.put_nowait(message)

    async def _work(self) -> None:
        smtp = await self._connected()
        while True:
            message = await self._queue.get()
            mail = self._build(message)
            try:
                await smtp.sendmail(SENDER, [message.recipient], mail)
            except (aiosmtplib.SMTPException, OSError):
                # Whether it arrived is unknown: again with the same Message-ID rather than not at all.
                self._queue.put_nowait(message)
                smtp = await self._connected()
                continue
            self._sent.append(message.id)
            self._some_sent.set()

    async def _connected(self) -> aiosmtplib.SMTP:
        while True:
            smtp = aiosmtplib.SMTP(
                hostname="127.0.0.1", port=self._port, start_tls=False, local_hostname="bare"
            )
            try:
                await smtp.connect()
            except (aiosmtplib.SMTPException, OSError):
                await asyncio.sleep(0.5)
            else:
                return smtp

    async def _mark(self) -> None:
        while True:
            await self._some_sent.wait()
            self._some_sent.clear()
            sent, self._sent = self._sent, []
            await self._mark_sent(sent)
            # A mark hurries nobody; marking one at a time would cost a commit per mail.
            await asyncio.sleep(0.02)
