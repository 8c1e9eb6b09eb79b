"""What is seen of the stack from this machine: mails by the catcher's API, events by a subscriber's login."""

import contextlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
from confluent_kafka import Consumer

from tests.compose.stack import USER, Stack
from tests.servers.process import LOOPBACK
from tests.worlds.distributed import RealTime
from tests.worlds.seen import Mail, read_mail
from tests.worlds.sink import MailSink
from tests.worlds.topics import TopicReader

PAGE = 500
"""As many as the catcher keeps."""
EVERY = 0.3
LATE = 4.0
"""Seconds that something may be seen later than said."""


class Catcher(MailSink):
    """The catcher of the stack. It keeps the last mails only, so that it is asked all the time."""

    def __init__(self, stack: Stack, *, whole: bool) -> None:
        """Of many mails at once only the heads can be had in time; whole ones take a call each."""
        self._whole = whole
        self._api = httpx.Client(
            base_url=f"http://{LOOPBACK}:{stack.ports.mail}/api/v1", timeout=10, trust_env=False
        )
        self._known: set[str] = set()
        self._mails: list[Mail] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._fetch, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join(20)
        self._api.close()

    def mails(self) -> list[Mail]:
        return list(self._mails)

    def _fetch(self) -> None:
        while not self._over.wait(EVERY):
            with contextlib.suppress(httpx.HTTPError):
                for summary in reversed(list(self._fresh())):
                    self._mails += self._fetched(summary)
                    self._known.add(summary["ID"])

    def _fresh(self) -> Iterator[Any]:
        """The summaries that were not read yet, the newest first."""
        start, before = 0, set[str]()
        while True:
            page = self._api.get("messages", params={"start": start, "limit": PAGE}).json()["messages"]
            for one in page:
                if one["ID"] in self._known:
                    return
                if one["ID"] not in before:
                    before.add(one["ID"])
                    yield one
            start += PAGE
            if len(page) < PAGE:
                return

    def _fetched(self, summary: Any) -> list[Mail]:
        raw = self._api.get(f"message/{summary['ID']}/raw").content if self._whole else head_of(summary)
        at = datetime.fromisoformat(summary["Created"]).astimezone(UTC)
        recipients = [one for header in ("To", "Cc", "Bcc") for one in summary[header] or ()]
        return [read_mail(raw, at, one["Address"]) for one in recipients]


def head_of(summary: Any) -> bytes:
    """A mail that has nothing but its id."""
    return f"Message-ID: <{summary['MessageID']}>\n\n".encode()


def login(stack: Stack, password: str) -> dict[str, str | int]:
    """How a subscriber reaches the brokers with confluent-kafka."""
    return {
        "bootstrap.servers": f"{LOOPBACK}:{stack.ports.broker}",
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "PLAIN",
        "sasl.username": USER,
        "sasl.password": password,
    }


class SubscribedReader(TopicReader):
    """Reads all topics as a subscriber may."""

    def __init__(self, stack: Stack, password: str) -> None:
        settings: dict[str, Any] = login(stack, password)
        settings |= {
            "group.id": f"{USER}.judge",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "fetch.wait.max.ms": 50,
            # The broker is killed on purpose, and the client would say so many times a second.
            "log_level": 0,
        }
        self._consumer = Consumer(settings)
        self._events = []
        self._topics = set()

    @property
    def topics(self) -> set[str]:
        """The names of all topics that it sees."""
        return self._topics


class OutsideStage(RealTime):
    """A stage that is reached by the gateway."""

    def __init__(
        self, client: httpx.AsyncClient, reader: TopicReader, catcher: Catcher, seconds_per_minute: float
    ) -> None:
        self._client, self._reader, self._catcher = client, reader, catcher
        self._span, self._start = seconds_per_minute, datetime.now(UTC)
        self.late = LATE / seconds_per_minute

    def mails(self) -> list[Mail]:
        return self._catcher.mails()

    def troubles(self) -> list[str]:
        """Logs are looked at once, when all is told: fetching them takes too long."""
        return []
