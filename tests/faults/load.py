"""Customers, monitoring and engineers, all played from one seed. They note every call in the ledger."""

import asyncio
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.faults.ledger import Ledger

TRIES = 12
PAUSE = 0.7
LANGUAGES = ("Shop is down", "网站打不开，请处理", "網站打不開，請處理", "How do I add a user?")
KINDS = {
    "request": 5,
    "keyed": 6,
    "mail": 4,
    "reply": 2,
    "alert": 2,
    "cleared": 1,
    "repeat": 1,
    "command": 5,
}
JSON = {"content-type": "application/json"}
MAIL = {"content-type": "message/rfc822"}


@dataclass(frozen=True)
class Letter:
    """A call that may be made again with the very same bytes."""

    token: str
    kind: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    again: bool
    """Whether the sender posts it again until it is answered."""


@dataclass
class Load:
    """Posts at a rate, each call on its own, until it is told to end."""

    seed: int
    client: httpx.AsyncClient
    ledger: Ledger
    rate: float
    _accepted: list[Letter] = field(default_factory=list)
    _references: list[str] = field(default_factory=list)
    _firing: list[str] = field(default_factory=list)

    async def run(self, over: asyncio.Event) -> None:
        chance = random.Random(self.seed)
        async with asyncio.TaskGroup() as calls:
            while not over.is_set():
                [kind] = chance.choices(list(KINDS), list(KINDS.values()))
                calls.create_task(self._call(kind, chance.getrandbits(48)))
                await asyncio.sleep(chance.expovariate(self.rate))

    async def _call(self, kind: str, number: int) -> None:
        chance, token = random.Random(number), f"tok-{number:012x}"
        if kind == "command":
            await self._command(token, chance)
        elif letter := self._letter(kind, token, chance):
            await self._post(letter)

    def _letter(self, kind: str, token: str, chance: random.Random) -> Letter | None:
        words = chance.choice(LANGUAGES)
        if kind in ("request", "keyed"):
            key = {"Idempotency-Key": token} if kind == "keyed" else {}
            return Letter(token, kind, "/v1/requests", JSON | key, _request(token, words), kind == "keyed")
        if kind == "mail":
            return Letter(token, kind, "/v1/hooks/email/raw", MAIL, _mail(token, token, words), True)
        earlier = [
            one for one in self._accepted if one.kind == {"reply": "mail", "repeat": "keyed"}.get(kind)
        ]
        if kind == "reply" and earlier:
            first = chance.choice(earlier).token
            return Letter(token, kind, "/v1/hooks/email/raw", MAIL, _mail(token, first, words), True)
        if kind == "repeat" and earlier:
            return chance.choice(earlier)
        if kind == "alert" or (kind == "cleared" and self._firing):
            trouble = token if kind == "alert" else self._firing.pop(0)
            status = "firing" if kind == "alert" else "resolved"
            return Letter(token, kind, "/v1/hooks/alertmanager", JSON, _alert(token, trouble, status), True)
        return None

    async def _post(self, letter: Letter) -> None:
        for _ in range(TRIES if letter.again else 1):
            answer = await self._once(letter)
            if answer is not None and answer.status_code < 500:
                self._remember(letter, answer)
                return
            await asyncio.sleep(PAUSE)

    async def _once(self, letter: Letter) -> httpx.Response | None:
        self.ledger.before(letter.token, letter.kind, letter.path, letter.body)
        try:
            answer = await self.client.post(letter.path, content=letter.body, headers=dict(letter.headers))
        except httpx.HTTPError as error:
            self.ledger.unanswered(letter.token, repr(error))
            return None
        self.ledger.after(letter.token, answer.status_code, _body(answer))
        return answer

    def _remember(self, letter: Letter, answer: httpx.Response) -> None:
        if not answer.is_success or letter in self._accepted:
            return
        self._accepted.append(letter)
        if letter.kind == "alert":
            self._firing.append(letter.token)
        elif letter.kind in ("request", "keyed", "mail"):
            self._references.append(answer.json()["reference"])

    async def _command(self, token: str, chance: random.Random) -> None:
        """An engineer looks at an incident and does something that it allows; never twice."""
        if not self._references:
            return
        where = f"/v1/incidents/{chance.choice(self._references)}"
        try:
            found = await self.client.get(where)
        except httpx.HTTPError:
            return
        if not found.is_success:
            return
        allowed = [one for one in found.json()["allowed"] if one in _BODIES]
        if allowed:
            command = chance.choice(allowed)
            body = json.dumps(_BODIES[command](token)).encode()
            seen = JSON | {"If-Match": found.headers["etag"]}
            await self._once(Letter(token, command, f"{where}/{command}", seen, body, False))


_BODIES: dict[str, Any] = {
    "acknowledge": lambda _token: {"by": "ben"},
    "update": lambda token: {"by": "ben", "doing": f"We look at it, {token}.", "expect": "News soon."},
    "resolve": lambda token: {
        "by": "ben",
        "cause": f"A disk, {token}.",
        "done": "Replaced.",
        "checked": "Yes.",
    },
}


def _request(token: str, words: str) -> bytes:
    sender = {"address": f"{token}@load.example"}
    return json.dumps({"subject": f"{words} {token}", "text": words, "from": sender}).encode()


def _mail(token: str, first: str, words: str) -> bytes:
    """A mail; the first one of its thread when that is itself."""
    lines = [
        f"From: {first}@load.example",
        "To: support@candor.localhost",
        f"Subject: {token}",
        f"Message-ID: <{token}@load.example>",
        *([f"In-Reply-To: <{first}@load.example>"] if first != token else []),
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        "",
        words,
        "",
    ]
    return "\r\n".join(lines).encode()


def _alert(token: str, key: str, status: str) -> bytes:
    one = {
        "status": status,
        "labels": {"alertname": "DiskFull", "severity": "warning"},
        "annotations": {"summary": f"Disk full {token}"},
        "startsAt": "2026-01-01T00:00:00Z",
        "fingerprint": key,
    }
    return json.dumps({"version": "4", "status": status, "alerts": [one]}).encode()


def _body(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return answer.text[:500]
