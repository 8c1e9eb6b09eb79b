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
from typing import Any, Self, TypeVar

import httpx

from candor.demo_process import DemoFailed

PATIENCE = 30.0
"""Seconds that anything expected may take. The story itself needs a fraction of that."""

_SOURCE = re.compile(r"<summary>Source</summary><pre>(.*?)</pre>", re.DOTALL)
_PAGE = re.compile(r"https?://[^/\s]+(/c/\S+)")
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

    def __init__(self, url: str, key: str, failed: Callable[[str], DemoFailed] = DemoFailed) -> None:
        """`failed` says what went wrong there when something expected does not come."""
        self._failed = failed
        self._team = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=10, trust_env=False
        )
        self._browser = httpx.Client(base_url=url, timeout=10, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._team.close()
        self._browser.close()

    def call(self, method: str, path: str, **what: Any) -> httpx.Response:
        """Any call of the team or of a system, with the key. Raises DemoFailed when it is refused."""
        return self._answer(self._team, method, path, **what)

    def visit(self, path: str) -> str:
        """A customer opens a page, without any key."""
        return self._answer(self._browser, "GET", path).text

    def submit(self, path: str, **fields: str) -> str:
        """A customer sends a form, and is led on to the page that it returns."""
        answer = self._answer(self._browser, "POST", path, data=fields)
        expect(answer.has_redirect_location, f"The form that was sent to {path} leads nowhere.")
        return self.visit(answer.headers["Location"])

    def _answer(self, sender: httpx.Client, method: str, path: str, **what: Any) -> httpx.Response:
        try:
            answer = sender.request(method, path, **what)
        except httpx.HTTPError as error:
            raise self._failed(f"{method} {path} got no answer: {error}") from error
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

    def alerts(self, body: Json) -> list[str]:
        """Alertmanager notifies about some alerts. Returns the references in the receipt."""
        results = self.call("POST", "/v1/hooks/alertmanager", json=body).json()["results"]
        return [str(one["reference"]) for one in results]

    def reply(self, raw: bytes) -> None:
        """A mail comes in that answers one of ours."""
        kind = {"Content-Type": "message/rfc822"}
        self.call("POST", "/v1/hooks/email/raw", content=raw, headers=kind)

    def incidents(self) -> list[Json]:
        """All incidents, the newest first."""
        found: list[Json] = self.read("/v1/incidents", limit="200")["incidents"]
        return found

    def reference_of(self, address: str) -> str:
        """The incident that somebody wrote about."""
        return next(
            str(one["id"]) for one in self.incidents() if (one["requester"] or {}).get("address") == address
        )

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

    def mail(self, kind: str, reference: str, number: int = 1) -> Letter:
        """The newest mail of a kind about an incident, as soon as so many of them were sent."""
        return self.letter(self.message(kind, reference, number))

    def message(self, kind: str, reference: str, number: int = 1) -> Json:
        """The same, as it stands on record."""

        def newest() -> Json | None:
            sent = [one for one in self.messages() if (one["kind"], one["incident_id"]) == (kind, reference)]
            return sent[0] if len(sent) >= number else None

        return self.until(f"{reference}: {number} of the mails of the kind {kind} are sent", newest)

    def status(self, reference: str, status: str) -> None:
        """Wait until an incident has come so far."""
        what = f"{reference} is {status}"
        self.until(what, lambda: True if self.incident(reference)["status"] == status else None)

    def promise(self, reference: str, kind: str, said: str, fits: Callable[[Json], object]) -> Json:
        """A promise of a kind, as soon as there is one of which something is true."""
        return self.until(
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
                raise self._failed(f"Expected within {PATIENCE:g} s, and it did not come: {what}.")
            time.sleep(0.1)
        return found

    def let_pass(self, seconds: float) -> None:
        """Time that passes in the story."""
        time.sleep(seconds)

    def _opened(self, reference: str) -> str:
        # A request becomes an incident a moment after it was accepted.
        self.until(
            f"{reference} is an incident",
            lambda: first(self.incidents(), lambda one: one["id"] == reference),
        )
        return reference


def page_of(letter: Letter) -> str:
    """The path of the customer's own page that a mail links to. Raises DemoFailed when it links to none."""
    found = _PAGE.search(letter.text)
    if found is None:
        raise DemoFailed(f"{letter.incident}: the mail of the kind {letter.kind} links to no page.")
    return found[1]


def first(items: Iterable[Json], fits: Callable[[Json], object]) -> Json | None:
    return next((one for one in items if fits(one)), None)


def seconds_from_now(seconds: float) -> str:
    """A moment as the API takes it."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def moment(written: object) -> datetime:
    """A moment as the API gives it."""
    return datetime.fromisoformat(str(written))


def expect(holds: object, otherwise: str) -> None:
    """Raises DemoFailed when something is not as it must be."""
    if not holds:
        raise DemoFailed(otherwise)
