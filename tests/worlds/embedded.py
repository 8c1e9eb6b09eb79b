"""Candor in one process whose clock stands still until a story moves it. Nothing runs by itself, so times are exact."""

import inspect
import logging
from collections.abc import AsyncIterator, Callable, Iterator, MutableMapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
import structlog
from fastapi import FastAPI
from pydantic import SecretStr

from candor.services import SERVICES
from candor_common import outbox
from candor_common.clock import ManualClock
from candor_common.embedded import embedded
from candor_common.events import MessageSent, Topic
from candor_common.feed import Partition, record_of
from candor_common.outbox import headers_of_row
from candor_common.periodic import run_once
from candor_common.runtime import Assembly, create_app
from candor_common.settings import Settings
from candor_common.topics import TOPICS
from tests.worlds.moments import SECOND
from tests.worlds.seen import Mail, SeenEvent, read_mail
from tests.worlds.sink import MailSink
from tests.worlds.story import Action, Story, Telling
from tests.worlds.verdict import complaints, report

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
"""In Shanghai, where the house of the shipped charter is: the afternoon lies ahead, and the quiet hours are far away."""
URL = "http://candor.test"
PASSES = 300
"""How many passes it may take until nothing moves any more; beyond that something turns in a circle."""
STEP = timedelta(milliseconds=1)
LOG = Partition("outbox", 0)
_MAILBOX = sa.text("SELECT at, recipient, raw FROM notifier_mailbox ORDER BY at, id")
_BAD = ("error", "critical", "exception")


class World:
    """All five services over one folder. It can be closed at any moment and opened again, as after a kill."""

    late = SECOND

    def __init__(self, folder: Path, *, sink: MailSink | None = None, **settings: Any) -> None:
        self.clock = ManualClock(NOON)
        self.start = NOON
        self._settings = Settings(
            data_dir=folder, public_url=URL, smtp_url=SecretStr(sink.url) if sink else None, **settings
        )
        self._sink = sink
        self._open: AsyncExitStack | None = None
        self._client: httpx.AsyncClient | None = None
        self._assembly: Assembly | None = None
        self._events: list[SeenEvent] = []
        self._mails: list[Mail] = []
        self._due: list[datetime] = []
        self._troubles: list[str] = []

    async def open(self) -> None:
        app: FastAPI = create_app(SERVICES, self._settings, embedded, clock=self.clock, background=False)
        self._open = AsyncExitStack()
        await self._open.enter_async_context(app.router.lifespan_context(app))
        self._assembly = app.state.assembly
        transport = httpx.ASGITransport(app)
        self._client = await self._open.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="http://localhost")
        )

    async def close(self) -> None:
        """Let go of everything as it is: nothing is drained."""
        if self._open is not None:
            await self._open.aclose()
            self._open = None

    @property
    def http(self) -> httpx.AsyncClient:
        assert self._client is not None
        return self._client

    @property
    def assembly(self) -> Assembly:
        assert self._assembly is not None
        return self._assembly

    def moment(self, minute: float) -> datetime:
        return self.start + timedelta(minutes=minute)

    def minute(self, moment: datetime) -> float:
        return (moment - self.start) / timedelta(minutes=1)

    def mails(self) -> Sequence[Mail]:
        return self._mails

    def events(self) -> Sequence[SeenEvent]:
        return self._events

    def troubles(self) -> Sequence[str]:
        return self._troubles

    async def wait_for(self, what: Callable[[], Any]) -> Any:
        """Everything that could happen has happened already, so it is there or will never be."""
        found = what()
        found = await found if inspect.isawaitable(found) else found
        assert found, "what the story waits for is not there"
        return found

    async def settle(self) -> None:
        """Move everything that can move without the clock, until nothing does."""
        for _ in range(PASSES):
            moved = await self._read_all()
            self._due = await self._run_periodics()
            moved |= await self._look()
            if not moved:
                return
        raise AssertionError(f"still not at rest after {PASSES} passes")

    async def _read_all(self) -> bool:
        moved = False
        for consumer in self.assembly.consumers:
            while batch := await consumer.feed.poll():  # type: ignore[attr-defined]
                await consumer.process(batch)
                moved = True
        return moved

    async def _run_periodics(self) -> list[datetime]:
        runtime = self.assembly.runtime
        due = [await run_once(periodic, runtime) for periodic in self.assembly.periodics]
        await runtime.resources["notifier"].idle()
        return [one for one in due if one is not None]

    async def _look(self) -> bool:
        """See what is new in the log and in the mailboxes. Looked at now, because old events are pruned."""
        database = self.assembly.runtime.database
        after = self._events[-1].offset if self._events else 0
        topics: list[Topic] = list(TOPICS)
        rows = await database.read(lambda connection: outbox.since(connection, after + 1, topics, 10_000))
        for row in rows:
            record = record_of(LOG, row["position"], headers_of_row(row), row["value"])
            assert record.envelope is not None, record.problem
            self._events.append(SeenEvent("log", record.offset, record.envelope))
        self._mails = self._from_sink() if self._sink else await self._from_mailbox()
        return bool(rows)

    async def _from_mailbox(self) -> list[Mail]:
        rows = await self.assembly.runtime.database.read(
            lambda connection: connection.execute(_MAILBOX).all()
        )
        return [read_mail(one.raw, datetime.fromisoformat(f"{one.at}+00:00"), one.recipient) for one in rows]

    def _from_sink(self) -> list[Mail]:
        """The sink knows the machine's time only; the story's is the one that the record has."""
        facts = [one.fact for one in self._events]
        sent = {one.message.message_id: one.message.sent_at for one in facts if isinstance(one, MessageSent)}
        mails = self._sink.mails() if self._sink else []
        return [
            Mail(sent.get(one.message_id) or self.clock.now(), one.recipient, one.message) for one in mails
        ]

    async def advance(self, to: datetime) -> None:
        """Let time pass, stopping wherever something is due on the way."""
        for _ in range(PASSES):
            await self.settle()
            due = [one for one in self._due if one <= to]
            if not due:
                break
            self.clock.set(max(min(due), self.clock.now() + STEP))
        else:
            raise AssertionError(f"at {self.clock.now()} something is due over and over again")
        if self.clock.now() < to:
            self.clock.set(to)
            await self.settle()

    async def reach(self, minute: float) -> None:
        await self.advance(self.moment(minute))

    async def tell(self, story: Story) -> Telling:
        """Tell a story from beginning to end; fails when it does not come true."""
        telling = Telling(self, "shop1")
        for push in story.pushes:
            await self.reach(push.moment.start)
            await self._do(push.action, telling)
        await self.reach(story.end)
        wrong = complaints(story, telling)
        assert not wrong, report(story, telling, wrong)
        return telling

    async def _do(self, action: Action, telling: Telling) -> None:
        try:
            await action.run(telling)
        except AssertionError as error:
            raise AssertionError("\n".join([f"{action.words}: {error}", *self._troubles])) from error

    def note_trouble(self, words: str) -> None:
        self._troubles.append(words)


@asynccontextmanager
async def opened(folder: Path, *, sink: MailSink | None = None, **settings: Any) -> AsyncIterator[World]:
    """A world that watches what is logged as long as it is open."""
    world = World(folder, sink=sink, **settings)
    with _watched(world.note_trouble):
        await world.open()
        try:
            yield world
        finally:
            await world.close()


@contextmanager
def _watched(note: Callable[[str], None]) -> Iterator[None]:
    """Pass on lines of level error and above, from structlog and from the libraries' loggers."""

    def processor(_logger: Any, method: str, event: MutableMapping[str, Any]) -> Any:
        if method in _BAD:
            note(str(dict(event)))
        raise structlog.DropEvent

    handler = _Handler(note)
    before = structlog.get_config()["processors"]
    structlog.configure(processors=[processor])
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        structlog.configure(processors=before)
        logging.getLogger().removeHandler(handler)


class _Handler(logging.Handler):
    def __init__(self, note: Callable[[str], None]) -> None:
        super().__init__(logging.ERROR)
        self._note = note

    def emit(self, record: logging.LogRecord) -> None:
        self._note(f"{record.name}: {record.getMessage()}")
