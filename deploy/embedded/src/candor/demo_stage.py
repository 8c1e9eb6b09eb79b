"""What customers, monitoring and the team do in the demo: HTTP calls, and waits that end."""

import email
import html
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from typing import Any, TypeVar

import httpx

from candor.demo_process import DemoFailed, Running

PATIENCE = 30.0
"""Seconds that anything expected may take. The story itself needs a fraction of that."""

_SOURCE = re.compile(r"<summary>Source</summary><pre>(.*?)</pre>", re.DOTALL)
T = TypeVar("T")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as its reader gets it."""

    incident: str
    kind: str
    subject: str
    to: str
    language: str
    text: str


class Stage:
    """A running Candor, seen from outside."""

    def __init__(self, candor: Running) -> None:
        self._candor = candor
        key = {"Authorization": f"Bearer {candor.key}"}
        self._http = httpx.Client(base_url=candor.url, headers=key, timeout=10, trust_env=False)

    def call(self, method: str, path: str, **what: Any) -> httpx.Response:
        """Any call. Raises DemoFailed when it is refused."""
        try:
            answer = self._http.request(method, path, **what)
        except httpx.HTTPError as error:
            raise self._candor.failed(f"{method} {path} got no answer: {error}") from error
        if answer.is_error:
            raise DemoFailed(f"{method} {path} was refused with {answer.status_code}: {answer.text}")
        return answer

    def read(self, path: str, **wanted: str) -> Any:
        return self.call("GET", path, params=wanted).json()

    def request(self, body: Json) -> str:
        """A customer's system posts a request. Returns the reference of the incident, once it is there."""
        return self._opened(self.call("POST", "/v1/requests", json=body).json()["reference"])

    def post_mail(self, raw: bytes) -> str:
        """A mail comes in, byte by byte. Returns the reference of the incident, once it is there."""
        kind = {"Content-Type": "message/rfc822"}
        return self._opened(
            self.call("POST", "/v1/hooks/email/raw", content=raw, headers=kind).json()["reference"]
        )

    def alert(self, body: Json) -> str:
        """Alertmanager notifies about one alert. Returns the reference in the receipt."""
        results = self.call("POST", "/v1/hooks/alertmanager", json=body).json()["results"]
        return str(results[0]["reference"])

    def incident(self, reference: str) -> Json:
        found: Json = self.read(f"/v1/incidents/{reference}")["incident"]
        return found

    def command(self, reference: str, name: str, **words: str) -> None:
        """A person of the team acts on an incident as it stands now."""
        seen = {"If-Match": f'"{self.incident(reference)["version"]}"'}
        self.call(
            "POST", f"/v1/incidents/{reference}/{name}", json={"by": "operations", **words}, headers=seen
        )

    def promises(self, reference: str) -> list[Json]:
        found: list[Json] = self.read("/v1/promises", incident=reference)["items"]
        return found

    def messages(self) -> list[Json]:
        """What was sent, the newest first."""
        found: list[Json] = self.read("/v1/messages", state="sent", limit="500")["messages"]
        return found

    def letter(self, message: Json) -> Letter:
        """A mail that was sent, from the mailbox."""
        page = self.call("GET", f"/mailbox/{message['id']}").text
        source = _SOURCE.search(page)
        if source is None:
            raise DemoFailed(f"The mailbox does not show the mail {message['id']}.")
        raw = html.unescape(source[1]).encode()
        mail: EmailMessage = email.message_from_bytes(raw, policy=default)
        text = mail.get_body(("plain",))
        return Letter(
            incident=message["incident_id"],
            kind=message["kind"],
            subject=str(mail["Subject"]),
            to=str(mail["To"]),
            language=self.incident(message["incident_id"])["language"],
            text=str(text.get_content()) if text else "",
        )

    def mail(self, kind: str, reference: str) -> Letter:
        """The newest mail of a kind about an incident, as soon as it was sent."""
        return self.letter(self.message(kind, reference))

    def message(self, kind: str, reference: str | None = None) -> Json:
        """The newest mail of a kind, as it stands on record; about any incident when none is named."""

        def fits(one: Json) -> bool:
            return one["kind"] == kind and reference in (None, one["incident_id"])

        what = f"{reference or 'any incident'}: a mail of the kind {kind} is sent"
        return self.until(what, lambda: first(self.messages(), fits))

    def promise(self, reference: str, kind: str, said: str, fits: Callable[[Json], object]) -> None:
        """Wait for a promise of a kind of which something is true."""
        self.until(
            f"{reference}: the promise of the kind {kind} is {said}",
            lambda: first(self.promises(reference), lambda one: one["kind"] == kind and fits(one)),
        )

    def ended(self, reference: str, kind: str, state: str) -> None:
        """Wait for a promise that is kept, or breached."""
        self.promise(reference, kind, state, lambda one: one["state"] == state)

    def until(self, what: str, look: Callable[[], T | None]) -> T:
        """What `look` finds, as soon as it finds something. Raises DemoFailed when it takes too long."""
        deadline = time.monotonic() + PATIENCE
        while (found := look()) is None:
            if time.monotonic() > deadline:
                raise self._candor.failed(f"Expected within {PATIENCE:g} s, and it did not come: {what}.")
            time.sleep(0.1)
        return found

    def let_pass(self, seconds: float) -> None:
        """Time that passes in the story."""
        time.sleep(seconds)

    def _opened(self, reference: str) -> str:
        # A request becomes an incident a moment after it was accepted.
        self.until(
            f"{reference} is an incident",
            lambda: first(self.read("/v1/incidents")["incidents"], lambda one: one["id"] == reference),
        )
        return reference


def first(items: Iterable[Json], fits: Callable[[Json], object]) -> Json | None:
    return next((one for one in items if fits(one)), None)


def seconds_from_now(seconds: float) -> str:
    """A moment as the API takes it."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def expect(holds: object, otherwise: str) -> None:
    """Raises DemoFailed when something is not as it must be."""
    if not holds:
        raise DemoFailed(otherwise)
