"""Signed webhooks, as Standard Webhooks 1.0 has them: to whoever subscribed, and as answers to a chat system."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias
from urllib.parse import unquote

from candor_common.clock import Clock
from candor_common.standard_webhooks import key_of, signed
from candor_notifier.channels import Outcome, Passing, Permanent, Rendered, Sent
from candor_notifier.channels.http import Answer, Http, NotAllowed, Unreachable
from candor_notifier.domain.plain import paragraphs

MOST_BYTES = 20_000
"""Of a payload."""
LONGEST_TEXTS = (18_000, 6_000, 2_000, 500, 120)
"""Characters of one text, tried from the first on."""
_SLOWER = frozenset({429, 502, 503, 504})
_GONE = 410


@dataclass(frozen=True, slots=True)
class Destination:
    """Where signed payloads go. With several secrets each signs, so that the receiver can change over."""

    url: str = field(repr=False)
    secrets: Sequence[str] = field(repr=False)


Find: TypeAlias = Callable[[str], Awaitable[Destination | None]]
"""The destination for answers to a chat system, by the name of its source."""


class Webhooks:
    """Delivers payloads. Only a 2xx is a success: redirects aren't followed, and what an error says isn't repeated."""

    def __init__(self, http: Http, clock: Clock) -> None:
        self._http, self._clock = http, clock

    async def deliver(self, to: Destination, message_id: str, body: bytes) -> Outcome:
        """One attempt. The id is the same in every attempt at the same payload, and so are its bytes."""
        now = self._clock.now()
        try:
            keys = [key_of(secret) for secret in to.secrets]
            headers = {"Content-Type": "application/json", **signed(keys, message_id, now, body)}
            answer = await self._http.post(to.url, headers, body)
        except Unreachable as error:
            return Passing(str(error))
        except (NotAllowed, ValueError) as error:
            return Permanent(f"the URL can't be used: {error}")
        return _judged(answer, now)

    async def close(self) -> None:
        await self._http.close()


class WebhookChannel:
    """Answers people in a chat system whose source posts to intake: `source:user` in `source:conversation/id`."""

    def __init__(self, webhooks: Webhooks, find: Find) -> None:
        self._webhooks, self._find = webhooks, find

    async def send(self, rendered: Rendered) -> Outcome:
        source, colon, _ = rendered.message.recipient.partition(":")
        destination = await self._find(source) if colon else None
        if destination is None:
            return Permanent("no subscription takes answers to this chat system")
        return await self._webhooks.deliver(destination, rendered.message.id, chat_payload(rendered))

    async def close(self) -> None:
        await self._webhooks.close()


def chat_payload(rendered: Rendered) -> bytes:
    """An answer as a chat system gets it: type `message`, dated when it was planned, so that it is always the same."""
    message = rendered.message
    source, _, user = message.recipient.partition(":")
    prefix = f"{source}:conversation/"
    places = (unquote(one.removeprefix(prefix)) for one in rendered.thread if one.startswith(prefix))
    conversation = next(places, None)
    text = paragraphs(rendered.text)

    def body(longest: int) -> bytes:
        data = {
            "id": message.id,
            "reference": message.incident_id,
            "kind": message.kind.value,
            "recipient": unquote(user),
            "conversation": conversation,
            "subject": rendered.subject[:longest],
            "text": text if len(text) <= longest else f"{text[: longest - 1]}…",
        }
        return payload("message", message.planned_at, data)

    return shortened(body)


def shortened(body: Callable[[int], bytes]) -> bytes:
    """The body with texts as long as fit into `MOST_BYTES`; it is given the longest text that it may hold."""
    sizes = (body(longest) for longest in LONGEST_TEXTS)
    fitting = (made for made in sizes if len(made) <= MOST_BYTES)
    return next(fitting, None) or body(LONGEST_TEXTS[-1])


def payload(kind: str, at: datetime, data: object) -> bytes:
    """The body that is signed: `type`, `timestamp` and `data`."""
    whole = {"type": kind, "timestamp": at.isoformat().replace("+00:00", "Z"), "data": data}
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def _judged(answer: Answer, now: datetime) -> Outcome:
    status = answer.status
    if 200 <= status < 300:
        return Sent()
    if status == _GONE:
        return Permanent("HTTP 410: the receiver wants no more", gone=True)
    if 300 <= status < 400:
        return Passing(f"HTTP {status}: redirects are not followed; subscribe the address that it leads to")
    wait = answer.retry_after(now)
    words = "the receiver wants us to be slower" if status in _SLOWER else "the receiver did not take it"
    return Passing(f"HTTP {status}: {words}", after=wait)
