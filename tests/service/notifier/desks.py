"""Channels with the servers behind them, each as real as it can be: what the contract of channels is tried on."""

import base64
import email
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from typing import Any
from urllib.parse import parse_qs

from candor_common.clock import Clock
from candor_common.events import Channel, Message, MessageKind, MessageState
from candor_common.standard_webhooks import new_secret
from candor_notifier.channels import Messenger, Outcome, Rendered, Sent
from candor_notifier.channels.guard import ANYWHERE
from candor_notifier.channels.http import Http
from candor_notifier.channels.mail import MailMessenger
from candor_notifier.channels.mailbox import MailboxChannel
from candor_notifier.channels.server import Server
from candor_notifier.channels.slack import SlackChannel, SlackWebhook
from candor_notifier.channels.sms import SmsAccount, SmsChannel
from candor_notifier.channels.smtp import SmtpChannel
from candor_notifier.channels.webhook import Destination, WebhookChannel, Webhooks
from candor_notifier.compose import Sender
from tests.service.notifier.provider import STALL, Asked, Provider, answer
from tests.service.notifier.sink import STALL as SMTP_STALL
from tests.service.notifier.sink import Sink

SENDER = Sender("support@help.example", "Support")
HASTE = 0.3
"""Seconds that the other side gets for an answer where a test keeps it silent."""
SID = "AC" + "1" * 32
TOKEN = "the-token-of-the-account"
BOT_TOKEN = "xoxb-the-token-of-the-bot"
SECRET = new_secret()
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


class HttpDesk(FarDesk):
    """One whose other side speaks HTTP."""

    refusal: bytes
    delay = answer(503)

    def __init__(self, clock: Clock) -> None:
        self.provider, self.clock = Provider(self.usual), clock

    @abstractmethod
    def usual(self, asked: Asked) -> bytes:
        """What the real one answers to this."""

    @abstractmethod
    def opened(self, http: Http) -> Messenger: ...

    async def open(self) -> None:
        await self.provider.start()
        self.messenger = self.opened(Http(ANYWHERE, patience=HASTE))

    async def shut(self) -> None:
        await self.provider.stop()

    def refuse(self) -> None:
        self.provider.in_line.append(self.refusal)

    def put_off(self) -> None:
        self.provider.in_line.append(self.delay)

    def be_silent(self) -> None:
        self.provider.in_line.append(STALL)


class SmsDesk(HttpDesk):
    message = rendered("+14155550100")
    refusal = answer(400, {"code": 21610, "message": "sesame", "status": 400})

    def opened(self, http: Http) -> Messenger:
        url = f"twilio+http://{SID}:{TOKEN}@127.0.0.1:{self.provider.port}?from=+15551234567"
        return SmsChannel(http, SmsAccount.of(url), self.clock)

    def usual(self, asked: Asked) -> bytes:
        if asked.headers.get("authorization") != "Basic " + _login(SID, TOKEN):
            return answer(401, {"code": 20003, "message": "Authenticate", "status": 401})
        if asked.path != f"/2010-04-01/Accounts/{SID}/Messages.json":
            return answer(404, {"code": 20404, "message": "not found", "status": 404})
        form = form_of(asked)
        if not form.get("Body") or not form.get("From"):
            return answer(400, {"code": 21602, "message": "Message body is required.", "status": 400})
        return answer(201, {"sid": "SM" + "7" * 32, "status": "queued", "to": form["To"], "error_code": None})

    def arrived(self) -> list[Arrived]:
        forms = [form_of(asked) for asked in self.provider.asked]
        return [Arrived(form["To"], form["Body"]) for form in forms]


class SlackDesk(HttpDesk):
    message = rendered("slack:T1/U1")
    refusal = answer(200, {"ok": False, "error": "channel_not_found"})

    def opened(self, http: Http) -> Messenger:
        return SlackChannel(http, BOT_TOKEN, self.clock, f"{self.provider.url}/api")

    def usual(self, asked: Asked) -> bytes:
        if asked.headers.get("authorization") != f"Bearer {BOT_TOKEN}":
            return answer(200, {"ok": False, "error": "not_authed"})
        words = json.loads(asked.body)
        if asked.path != "/api/chat.postMessage" or not words.get("text"):
            return answer(200, {"ok": False, "error": "no_text"})
        return answer(200, {"ok": True, "channel": words["channel"], "ts": "1772539200.000100"})

    def arrived(self) -> list[Arrived]:
        return [Arrived(words["channel"], words["text"]) for words in bodies(self.provider)]


class SlackWebhookDesk(HttpDesk):
    message = rendered("")
    refusal = answer(404, b"no_service")

    def opened(self, http: Http) -> Messenger:
        return SlackWebhook(http, f"{self.provider.url}/services/T1/B1/sesame", self.clock)

    def usual(self, asked: Asked) -> bytes:
        return answer(200, b"ok") if json.loads(asked.body).get("text") else answer(400, b"no_text")

    def arrived(self) -> list[Arrived]:
        return [Arrived("", words["text"]) for words in bodies(self.provider)]


class WebhookDesk(HttpDesk):
    message = rendered("teamchat:u%2F3", "teamchat:conversation/c-7")
    refusal = answer(410)

    def opened(self, http: Http) -> Messenger:
        async def find(source: str) -> Destination | None:
            known = Destination(f"{self.provider.url}/hook", [SECRET])
            return known if source == "teamchat" else None

        return WebhookChannel(Webhooks(http, self.clock), find)

    def usual(self, asked: Asked) -> bytes:
        return answer(204)

    def arrived(self) -> list[Arrived]:
        keys = [asked.headers["webhook-id"] for asked in self.provider.asked]
        told = [one["data"] for one in bodies(self.provider)]
        return [
            Arrived("teamchat", one["text"] + one["reference"], key)
            for one, key in zip(told, keys, strict=True)
        ]


def bodies(provider: Provider) -> list[dict[str, Any]]:
    """What was posted as JSON."""
    return [json.loads(asked.body) for asked in provider.asked]


def form_of(asked: Asked) -> dict[str, str]:
    """What was posted as a form."""
    return {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}


def seconds(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def _login(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def _mail(raw: bytes) -> Arrived:
    parsed: EmailMessage = email.message_from_bytes(raw, policy=default)
    body = parsed.get_body(("plain",))
    assert body is not None
    return Arrived(str(parsed["To"]), str(body.get_content()), str(parsed["Message-ID"]))
