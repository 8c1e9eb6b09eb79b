"""Mail over SMTP: a few kept connections to one server, and a judgement of everything that it may answer."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import aiosmtplib
from sqlalchemy import Connection

from candor_common.clock import Clock
from candor_notifier.channels import Left, Outcome, Passing, Permanent, Sent
from candor_notifier.channels.breaker import Breaker
from candor_notifier.channels.server import Server

MOST_CONNECTIONS = 16
LONGEST_SEND = 45.0
"""Seconds after which a send is given up, whatever it waits for."""
LONGEST_QUIT = 2.0


class SmtpChannel:
    """Sends over connections that are opened when needed, kept, and used again, the last one first."""

    def __init__(self, server: Server, clock: Clock) -> None:
        self._server = server
        self._turns = asyncio.Semaphore(MOST_CONNECTIONS)
        self._kept: list[aiosmtplib.SMTP] = []
        self._busy = 0
        """How many connections are being opened or carry a mail."""
        self._freed = asyncio.Event()
        self._breaker = Breaker(clock)

    async def send(self, envelope_from: str, recipient: str, raw: bytes) -> Outcome:
        try:
            envelope = _Envelope(envelope_from, recipient)
            async with asyncio.timeout(LONGEST_SEND), self._turns:
                return await self._send(envelope, raw)
        except TimeoutError:
            return Passing(f"the mail server took longer than {LONGEST_SEND:g} s")
        except ValueError as error:
            return Permanent(f"the address can't be used: {_words(error)}")

    async def back(self) -> bool:
        """Whether the server can be reached again; tried no more often than the breaker lets."""
        if not self._breaker.allows():
            return False
        fresh = await self._opened()
        if fresh is not None:
            self._kept.append(fresh)
        return fresh is not None

    async def _send(self, envelope: "_Envelope", raw: bytes) -> Outcome:
        while True:
            found = await self._connection()
            if isinstance(found, Passing):
                return found
            connection, fresh = found
            if outcome := await self._over(connection, envelope, raw):
                return outcome
            # The server closes what is idle for too long; it has taken nothing then.
            if fresh:
                return Passing("the mail server closed the connection")

    async def _connection(self) -> "tuple[aiosmtplib.SMTP, bool] | Passing":
        """A connection, and whether it is new. When no more can be had, one that another mail gives back: many
        servers allow only a few at a time."""
        while True:
            while self._kept:
                if (kept := self._kept.pop()).is_connected:
                    return kept, False
            if self._breaker.allows():
                fresh = await self._opened()
                if fresh is not None:
                    return fresh, True
            if not self._busy:
                return Passing(f"mail server away: {self._breaker.reason}", away=True)
            self._freed.clear()
            await self._freed.wait()

    async def _opened(self) -> aiosmtplib.SMTP | None:
        connection, usable = self._server.client(), False
        self._busy += 1
        with self._breaker.probe():
            try:
                await connection.connect()
                if connection.is_ehlo_or_helo_needed:
                    await connection.ehlo()
                usable = True
            except (aiosmtplib.SMTPException, OSError) as error:
                self._breaker.failed(_words(error))
                return None
            finally:
                self._busy -= 1
                self._freed.set()
                if not usable:
                    connection.close()
            self._breaker.worked()
            return connection

    async def _over(self, connection: aiosmtplib.SMTP, envelope: "_Envelope", raw: bytes) -> Outcome | None:
        """What came of it; None when the server had hung up before it heard of this mail."""
        clean = False
        self._busy += 1
        try:
            if not await envelope.open(connection):
                return None
            await envelope.address(connection)
            await connection.data(raw)
            clean = True
            return Sent()
        except aiosmtplib.SMTPResponseException as error:
            clean = await _reset(connection)
            return _judged(error)
        except (aiosmtplib.SMTPNotSupported, ValueError) as error:
            clean = await _reset(connection)
            return Permanent(f"the address can't be used: {_words(error)}")
        except (aiosmtplib.SMTPException, OSError) as error:
            return Passing(_words(error))
        finally:
            self._busy -= 1
            self._freed.set()
            # Also when cancelled: a connection in an unknown state would mix up the next mail with this one.
            if clean and connection.is_connected:
                self._kept.append(connection)
            else:
                connection.close()

    def keep(self, connection: Connection, mails: Sequence[Left], now: datetime) -> None:
        """The other side has it."""

    async def close(self) -> None:
        """Say goodbye on all kept connections, and hang up."""
        kept, self._kept = self._kept, []
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_QUIT):
                await asyncio.gather(*(one.quit() for one in kept), return_exceptions=True)
        for one in kept:
            one.close()


class _Envelope:
    """Sender and recipient in the form that the server understands."""

    def __init__(self, sender: str, recipient: str) -> None:
        # The library takes the first address out of a longer text; we want all of it or nothing.
        if not recipient.isprintable() or {"<", ">"} & set(recipient):
            raise ValueError("it is more than an address")
        self._sender = sender
        local, _, domain = recipient.rpartition("@")
        self._recipient = recipient if domain.isascii() else f"{local}@{domain.encode('idna').decode()}"
        plain = self._sender.isascii() and self._recipient.isascii()
        self._options, self._encoding = ([], "ascii") if plain else (["SMTPUTF8"], "utf-8")

    async def open(self, connection: aiosmtplib.SMTP) -> bool:
        """Begin; false when the connection is gone."""
        if self._options and not connection.supports_extension("smtputf8"):
            raise aiosmtplib.SMTPNotSupported("the mail server takes no addresses beyond ASCII")
        try:
            await connection.mail(self._sender, options=self._options, encoding=self._encoding)
        except aiosmtplib.SMTPServerDisconnected:
            return False
        except aiosmtplib.SMTPSenderRefused as error:
            if error.code == _GOODBYE:
                return False
            raise
        return True

    async def address(self, connection: aiosmtplib.SMTP) -> None:
        await connection.rcpt(self._recipient, encoding=self._encoding)


_GOODBYE = 421


def _judged(error: aiosmtplib.SMTPResponseException) -> Outcome:
    """Only what the server says for good of the recipient or the mail is for good. That it does not want *us* is
    for the operator to mend."""
    about_the_mail = isinstance(error, aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError)
    return Permanent(_words(error)) if about_the_mail and 500 <= error.code < 600 else Passing(_words(error))


async def _reset(connection: aiosmtplib.SMTP) -> bool:
    """Make ready for the next mail; false when that failed."""
    try:
        await connection.rset()
    except (aiosmtplib.SMTPException, OSError):
        return False
    return True


def _words(error: Exception) -> str:
    """What the other side said, on one line."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        said = f"{error.code} {error.message}"
    else:
        said = str(error) or type(error).__name__
    return " ".join(said.encode("utf-8", "replace").decode().replace("\x00", "").split())[:300]
