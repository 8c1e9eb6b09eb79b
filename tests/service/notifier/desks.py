"""Channels with the servers behind them, each as real as it can be: what the contract of channels is tried on."""

import email
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default

from candor_common.clock import Clock
from candor_common.events import Channel, Message, MessageKind, MessageState
from candor_notifier.channels import Messenger, Outcome, Rendered, Sent
from candor_notifier.channels.mail import MailMessenger
from candor_notifier.channels.mailbox import MailboxChannel
from candor_notifier.channels.server import Server
from candor_notifier.channels.smtp import SmtpChannel
from candor_notifier.compose import Sender
from tests.service.notifier.sink import STALL as SMTP_STALL
from tests.service.notifier.sink import Sink

SENDER = Sender("support@help.example", "Support")
HASTE = 2.0
"""Seconds that the other side gets for an answer where a test keeps it silent."""
TEXT = "We replace the switch. <!channel> & more\nReference: INC-000042"


def a_message(recipient: str, channel: Channel = Channel.MAIL) -> Message:
    """An acknowledgement that is to leave."""
    return Message(
        id="5c2bd0c0-8f7a-5d10-9f0e-2f6c2a6f1d11",
        incident_id="INC-000042",
        kind=MessageKind.ACKNOWLEDGEMENT,
        state=MessageState.PLANNED,
        channel=channel,
        recipient=recipient,
        message_id="<INC-000042.5c2bd0c0@help.example>",
        cause_event_id="opened",
        planned_at=datetime(2026, 3, 3, 12, tzinfo=UTC),
    )


def rendered(recipient: str, *thread: str, **words: str) -> Rendered:
    """A message in words, for somebody."""
    message = a_message(recipient)
    usual = {
        "subject": "News [INC-000042]",
        "text": TEXT,
        "html": "<p>We replace the switch.</p>",
        "gist": "We replace the switch.",
        "next_by": "We will write to you by 15:10 (UTC).",
    }
    return Rendered(message, **usual | words, thread=thread)


@dataclass(frozen=True)
class Arrived:
    """A message as the other side has it."""

    recipient: str
    words: str
    key: str = ""
    """By what it knows a repetition, where it can."""


class Desk(ABC):
    """A channel and what its other side has got."""

    messenger: Messenger
    message: Rendered

    @abstractmethod
    def arrived(self) -> list[Arrived]:
        """What came in, oldest first."""

    @abstractmethod
    async def open(self) -> None:
        """Start the other side."""

    @abstractmethod
    async def shut(self) -> None:
        """Stop it."""

    async def send(self) -> Outcome:
        return await self.messenger.send(self.message)


class FarDesk(Desk):
    """One whose other side is a server."""

    @abstractmethod
    def refuse(self) -> None:
        """Let the next message be refused for good."""

    @abstractmethod
    def put_off(self) -> None:
        """Let the next message be put off."""

    @abstractmethod
    def be_silent(self) -> None:
        """Let the next message wait for an answer in vain."""


class MailboxDesk(Desk):
    def __init__(self, _clock: Clock) -> None:
        self.messenger = self._noting = _Noting(MailMessenger(MailboxChannel(), SENDER))
        self.message = rendered("li@shop.example", "<1@shop.example>")

    async def open(self) -> None:
        """There is no server."""

    async def shut(self) -> None:
        """There is no server."""

    def arrived(self) -> list[Arrived]:
        return [_mail(one.raw) for one in self._noting.sent]


class _Noting:
    """Keeps what left, as delivery does for the mailbox."""

    def __init__(self, inner: Messenger) -> None:
        self._inner = inner
        self.sent: list[Sent] = []

    async def send(self, rendered: Rendered) -> Outcome:
        outcome = await self._inner.send(rendered)
        if isinstance(outcome, Sent):
            self.sent.append(outcome)
        return outcome

    async def close(self) -> None:
        await self._inner.close()


class SmtpDesk(FarDesk):
    def __init__(self, clock: Clock) -> None:
        self.sink, self._clock = Sink(), clock
        self.message = rendered("li@shop.example", "<1@shop.example>")

    async def open(self) -> None:
        await self.sink.start()
        server = Server.of(f"smtp://127.0.0.1:{self.sink.port}?starttls=0", "help.example")
        hasty = replace(server, patience=HASTE)
        self.messenger = MailMessenger(SmtpChannel(hasty, self._clock), SENDER)

    async def shut(self) -> None:
        await self.sink.stop()

    def arrived(self) -> list[Arrived]:
        return [_mail(one.raw) for one in self.sink.received]

    def refuse(self) -> None:
        self.sink.to_recipient.append("550 5.1.1 no such user")

    def put_off(self) -> None:
        self.sink.to_recipient.append("450 4.2.1 greylisted")

    def be_silent(self) -> None:
        self.sink.to_sender.append(SMTP_STALL)


def _mail(raw: bytes) -> Arrived:
    parsed: EmailMessage = email.message_from_bytes(raw, policy=default)
    body = parsed.get_body(("plain",))
    assert body is not None
    return Arrived(str(parsed["To"]), str(body.get_content()), str(parsed["Message-ID"]))
