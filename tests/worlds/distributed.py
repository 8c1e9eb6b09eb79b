"""Candor as five processes on a real Kafka and a real PostgreSQL."""

import asyncio
import contextlib
import inspect
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg
import httpx
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from candor_common.provision import SERVICES, provision, role_of
from tests.servers.process import ServerFailed
from tests.worlds.processes import Process
from tests.worlds.seen import Mail, SeenEvent
from tests.worlds.sink import MailSink
from tests.worlds.story import Story, Telling
from tests.worlds.topics import TopicReader
from tests.worlds.verdict import complaints, report

PASSWORD = "not secret"
SIGNING_KEY = "only for tests, where nobody signs anything that counts"
PUBLIC_URL = "http://candor.test"
ROUTES = (
    ("/v1/requests", "intake"),
    ("/v1/hooks", "intake"),
    ("/v1/incidents", "triage"),
    ("/v1/promises", "sla-timer"),
    ("/v1/messages", "notifier"),
    ("/v1/surveys", "feedback"),
    ("/v1/follow-ups", "feedback"),
    ("/v1/feedback", "feedback"),
    ("/survey", "feedback"),
    *((f"/v1/parked/{name}", name) for name in SERVICES),
    *((f"/v1/charter/{name}", name) for name in SERVICES),
)
"""Which service serves which paths; what a reverse proxy would know."""
PATIENCE = 60.0
LOCK = 7_210_711
"""Roles belong to a whole server: worlds that share one set them up one after another."""


class Installation:
    """Five services, each with its own role in one database, a mail sink, and more replicas on demand."""

    def __init__(
        self,
        folder: Path,
        *,
        bootstrap: str,
        database: str,
        charter: Path,
        environments: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.folder = folder
        self.bootstrap = bootstrap
        self.database = database
        self.sink = MailSink(folder)
        self._charter = charter
        self._more = environments or {}
        self._quiet_since: dict[str, int] = {}
        self.processes = {name: self._process(name, name) for name in SERVICES}

    def start(self) -> None:
        """Set up the database, start everything, and wait until it is ready."""
        asyncio.run(set_up(self.database))
        self.sink.start()
        for process in self.processes.values():
            process.start()
        for process in self.processes.values():
            process.wait_until_ready()
        self.wait_until_members_work()
        self._quiet_since = {name: process.logged() for name, process in self.processes.items()}

    def wait_until_members_work(self, members: Mapping[str, int] | None = None, within: float = 30.0) -> None:
        """Until every service has its partitions; intake says that it is ready before it does."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 1})
        wanted = {f"candor.{name}": 1 for name in SERVICES}
        wanted |= {f"candor.{name}": count for name, count in (members or {}).items()}
        deadline = time.monotonic() + within
        while any(_members(admin, group) < count for group, count in wanted.items()):
            if time.monotonic() > deadline:
                raise ServerFailed(f"not all members read: {dict(wanted)}")
            time.sleep(0.1)

    def add_replica(self, service: str, number: int = 2) -> Process:
        """One more process of a service; it is not started yet."""
        name = f"{service}-{number}"
        self.processes[name] = self._process(service, name)
        return self.processes[name]

    def stop(self) -> None:
        for process in self.processes.values():
            process.kill()
        self.sink.stop()

    def _process(self, service: str, name: str) -> Process:
        environment = {
            "CANDOR_DATABASE_URL": url_of(self.database, service),
            "CANDOR_KAFKA_BOOTSTRAP": self.bootstrap,
            "CANDOR_DATA_DIR": str(self.folder / name),
            "CANDOR_CHARTER": str(self._charter),
            "CANDOR_SMTP_URL": self.sink.url,
            "CANDOR_SIGNING_KEY": SIGNING_KEY,
            "CANDOR_PUBLIC_URL": PUBLIC_URL,
            **self._more.get(service, {}),
        }
        module = f"candor_{service.replace('-', '_')}"
        return Process(name, ["-m", module], environment, self.folder)

    def client(self) -> httpx.AsyncClient:
        """Reaches whichever service serves a path."""
        return httpx.AsyncClient(transport=_ByPath(self.processes), base_url="http://localhost", timeout=10)

    def troubles(self) -> list[str]:
        """What was logged since everything ran."""
        since = self._quiet_since
        return [line for name, one in self.processes.items() for line in one.troubles(since.get(name, 0))]


def _members(admin: AdminClient, group: str) -> int:
    """How many members of a group have partitions."""
    try:
        described = admin.describe_consumer_groups([group], request_timeout=5)[group].result()
    except KafkaException:
        return 0
    return sum(1 for member in described.members if member.assignment.topic_partitions)


class _ByPath(httpx.AsyncBaseTransport):
    """A tiny reverse proxy."""

    def __init__(self, processes: dict[str, Process]) -> None:
        self._processes = processes
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        service = next(name for path, name in ROUTES if request.url.path.startswith(path))
        port = self._processes[service].port
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=port)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


async def set_up(database: str) -> None:
    """Schemas and roles for all services."""
    connection = await asyncpg.connect(database)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        await provision(database, dict.fromkeys(SERVICES, PASSWORD))
    finally:
        await connection.close()


def url_of(database: str, service: str) -> str:
    """The same database for the role of a service."""
    parts = urlsplit(database)
    return urlunsplit(
        parts._replace(netloc=f"{role_of(service)}:{quote(PASSWORD)}@{parts.hostname}:{parts.port}")
    )


class RealTime:
    """A stage on which a minute of a story takes a fraction of a second."""

    def __init__(
        self, installation: Installation, client: httpx.AsyncClient, seconds_per_minute: float
    ) -> None:
        self._installation = installation
        self._client = client
        self._reader = TopicReader(installation.bootstrap)
        self._span = seconds_per_minute
        self._start = datetime.now(UTC)
        self.late = 15.0 / seconds_per_minute

    @property
    def http(self) -> httpx.AsyncClient:
        return self._client

    def moment(self, minute: float) -> datetime:
        return self._start + timedelta(seconds=minute * self._span)

    def minute(self, moment: datetime) -> float:
        return (moment - self._start).total_seconds() / self._span

    def mails(self) -> Sequence[Mail]:
        return self._installation.sink.mails()

    def events(self) -> Sequence[SeenEvent]:
        return self._reader.events()

    def troubles(self) -> Sequence[str]:
        return self._installation.troubles()

    async def reach(self, minute: float) -> None:
        await asyncio.sleep(max(0.0, (self.moment(minute) - datetime.now(UTC)).total_seconds()))

    async def wait_for(self, what: Callable[[], Any]) -> Any:
        return await until(what, PATIENCE)

    async def tell(self, story: Story, tag: str) -> str:
        """Tell a story; what is wrong with how it went, or nothing."""
        telling = Telling(self, tag)
        for push in story.pushes:
            await self.reach(push.moment.start)
            await push.action.run(telling)
        await self.reach(story.end)
        with contextlib.suppress(TimeoutError):
            await until(lambda: not complaints(story, telling), self.late * self._span)
        wrong = complaints(story, telling)
        return report(story, telling, wrong) if wrong else ""

    async def tell_all(self, stories: Sequence[Story]) -> list[str]:
        """Tell stories side by side, each with people of its own; what is wrong with them."""
        self._start = datetime.now(UTC)
        told = await asyncio.gather(*(self.tell(one, f"s{number}") for number, one in enumerate(stories)))
        return [one for one in told if one]

    def close(self) -> None:
        self._reader.close()


async def until(what: Callable[[], Any], within: float) -> Any:
    """The first answer that is not nothing; raises TimeoutError when there is none in time."""
    deadline = time.monotonic() + within
    while True:
        found = what()
        found = await found if inspect.isawaitable(found) else found
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError("what the story waits for does not come")
        await asyncio.sleep(0.05)
