"""Channels whose other side speaks HTTP, each with a server that answers as the real one does."""

import base64
import json
from abc import abstractmethod
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from candor_common.clock import Clock
from candor_common.events import Channel
from candor_common.standard_webhooks import new_secret
from candor_notifier.channels import Messenger
from candor_notifier.channels.guard import ANYWHERE
from candor_notifier.channels.http import Http
from candor_notifier.channels.slack import SlackChannel, SlackHooks, SlackWebhook
from candor_notifier.channels.sms import SmsAccount, SmsChannel
from candor_notifier.channels.ways import Ways
from candor_notifier.channels.webhook import Destination, WebhookChannel, Webhooks
from tests.service.notifier.desks import HASTE, Arrived, FarDesk, a_message, rendered
from tests.service.notifier.provider import STALL, Asked, Provider, answer

SID = "AC" + "1" * 32
TOKEN = "the-token-of-the-account"
BOT_TOKEN = "xoxb-the-token-of-the-bot"
SECRET = new_secret()
TEAM = "slack-hook:team/operations"


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


class SlackHooksDesk(SlackWebhookDesk):
    """The Slack webhook of a team, as nudges take it: through all ways, by the name of the team."""

    message = replace(rendered(TEAM), message=a_message(TEAM, Channel.SLACK))

    def opened(self, http: Http) -> Messenger:
        def find(recipient: str) -> str | None:
            return f"{self.provider.url}/services/T1/B1/sesame" if recipient == TEAM else None

        return Ways({}, SlackHooks(http, find, self.clock))

    def arrived(self) -> list[Arrived]:
        return [Arrived(TEAM, words["text"]) for words in bodies(self.provider)]


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
