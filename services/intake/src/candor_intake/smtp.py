"""Taking mail by SMTP, or by LMTP from a mail server: 250 means that it is on the disk.

It runs on an event loop of its own in a thread, so that long mail does not hold up the other doors.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import urlsplit

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from candor_common import telemetry
from candor_common.errors import Unavailable
from candor_common.events import Channel
from candor_common.failures import is_unavailable
from candor_common.settings import Settings, SettingsError
from candor_intake.accept import Desk
from candor_intake.domain.addresses import ADDRESS, mailbox
from candor_intake.domain.fingerprint import fingerprint
from candor_intake.domain.inbound import BadPayload, Ignored
from candor_intake.placed import Accepted, Posted
from candor_intake.sources import mail
from candor_intake.sources.mail_limits import LARGEST_BYTES

MOST_RECIPIENTS = 100
MOST_CONNECTIONS = 100
LONGEST_LINE = 512 * 1024
"""Far more than the standard allows: mail with lines that are too long is mail of customers, too."""

LATER = "451 4.3.0 Not stored; send it again later"
UNKNOWN = "550 5.1.1 No such mailbox here"
TOO_MANY = "452 4.5.3 Too many recipients"
BUSY = b"421 4.3.2 Too many connections; come again later\r\n"

T = TypeVar("T")
log = structlog.get_logger(__name__)


class Inbox:
    """What becomes of mail. Its hooks run on the loop of the listener; the desk is on that of the service."""

    def __init__(self, desk: Desk, settings: Settings, *, any_recipient: bool) -> None:
        self._desk = desk
        self._own = frozenset({settings.mail_from})
        self._domain = mailbox(settings.mail_from).rpartition("@")[2]
        self._any_recipient = any_recipient
        self._loop = asyncio.get_running_loop()

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Mail to our own domain only, so that nobody takes us for an open relay; a mail server that passes mail on
        by LMTP has decided that itself."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY
        ours = ADDRESS.fullmatch(address) and mailbox(address).rpartition("@")[2] == self._domain
        if not ours and not self._any_recipient:
            return UNKNOWN
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        """The answer for one mail; LMTP wants one for each recipient."""
        answer = await self._answer(envelope)
        times = len(envelope.rcpt_tos) if isinstance(server, LMTP) else 1
        return "\r\n".join([answer] * times)

    async def handle_exception(self, error: Exception) -> str:
        _note(error)
        return LATER

    async def _answer(self, envelope: Envelope) -> str:
        try:
            accepted = await _on(self._loop, self._take(envelope))
        except BadPayload as fault:
            telemetry.requests_refused.labels(Channel.MAIL.value).inc()
            return f"554 5.6.0 {_ascii(fault.detail)}"
        except Exception as error:  # noqa: BLE001 - a sender gets an answer always
            # Whatever it is, the sender has the mail still, and asks again.
            _note(error)
            return LATER
        return f"250 2.0.0 Stored as {accepted.reference or accepted.request_id}"

    async def _take(self, envelope: Envelope) -> Accepted:
        """Runs on the service's own loop."""
        self._desk.check_room()
        raw = envelope.original_content or b""
        parse = partial(
            mail.parse,
            own_addresses=self._own,
            recipients=tuple(envelope.rcpt_tos),
            envelope_sender=envelope.mail_from,
        )
        read = await self._desk.read(raw, parse)
        key = fingerprint(raw) if isinstance(read, Ignored) else read.dedup_key
        return await self._desk.take(
            Posted(
                source=Channel.MAIL.value,
                channel=Channel.MAIL,
                inbound=read,
                dedup_key=key,
                content_type="message/rfc822",
                raw=raw,
            )
        )


def _note(error: Exception) -> None:
    if isinstance(error, Unavailable) or is_unavailable(error):
        log.warning("unavailable", route="smtp", error=type(error).__name__)
    else:
        log.error("unexpected_error", route="smtp", exc_info=error)


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode()


class _Limits:
    """What all connections of one listener share."""

    def __init__(self, inbox: Inbox, settings: Settings) -> None:
        self.inbox, self.settings = inbox, settings
        self.open = 0


class _Limited(SMTP):
    """A connection, if there are not too many."""

    line_length_limit = LONGEST_LINE

    def __init__(self, limits: _Limits) -> None:
        super().__init__(
            limits.inbox,
            hostname=urlsplit(limits.settings.public_url).hostname,
            ident="Candor",
            data_size_limit=min(LARGEST_BYTES, limits.settings.max_body_bytes),
            enable_SMTPUTF8=True,
            loop=asyncio.get_running_loop(),
        )
        self._limits, self._refused = limits, False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._limits.open += 1
        self._refused = self._limits.open > MOST_CONNECTIONS
        if not self._refused:
            super().connection_made(transport)
        elif isinstance(transport, asyncio.WriteTransport):
            transport.write(BUSY)
            transport.close()

    def eof_received(self) -> bool | None:
        return None if self._refused else super().eof_received()

    def connection_lost(self, error: Exception | None) -> None:
        self._limits.open -= 1
        if not self._refused:
            super().connection_lost(error)


class _LimitedLmtp(_Limited, LMTP):
    pass


@asynccontextmanager
async def listening(desk: Desk, settings: Settings) -> AsyncIterator[int]:
    """Take mail where `smtp_listen` says; gives the port. Raises SettingsError when the address can't be used."""
    address = urlsplit(settings.smtp_listen or "")
    passed_on = address.scheme == "lmtp"
    limits = _Limits(Inbox(desk, settings, any_recipient=passed_on), settings)
    kind = _LimitedLmtp if passed_on else _Limited
    # The library tells of every connection, and in its warnings and debug lines what strangers write.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="smtp", daemon=True)
    thread.start()
    try:
        server = await _on(
            loop, loop.create_server(lambda: kind(limits), address.hostname, address.port or 0)
        )
    except OSError as error:
        await _end(loop, thread)
        raise SettingsError(
            f"CANDOR_SMTP_LISTEN: can't listen on {address.netloc} ({error.strerror}); set another one"
        ) from error
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        await _end(loop, thread)


async def _on(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T]) -> T:
    """The result of work on another loop."""
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, loop))


async def _end(loop: asyncio.AbstractEventLoop, thread: Thread) -> None:
    """Cut what is still open; senders who have no answer send again."""
    await _on(loop, _cancelled())
    loop.call_soon_threadsafe(loop.stop)
    await asyncio.to_thread(thread.join)
    loop.close()


async def _cancelled() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for one in others:
        one.cancel()
    await asyncio.gather(*others, return_exceptions=True)
