"""The bare way in one process: SQLite, one writer thread, the outbox table as the log."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from tests.bench.bare_http import Accept, must_live
from tests.bench.bare_mail import BUILDERS, Mailer
from tests.bench.bare_model import Effects, InboundRequest, Stage, request_event
from tests.bench.bare_sqlite import Writer, open_database, read_and_apply, write
from tests.bench.bare_stages import STAGES

SERVICES = ("intake", *STAGES)


class Log:
    """Wakes the consumers of a topic once something for them is committed."""

    def __init__(self) -> None:
        self._readers = {stage.name: asyncio.Event() for stage in STAGES.values()}

    def committed(self, topics: Iterable[str]) -> None:
        """Wake whoever reads one of these topics."""
        for topic in topics:
            for stage in STAGES.values():
                if topic in stage.topics:
                    self._readers[stage.name].set()

    async def some(self, stage: Stage) -> None:
        """Wait until there may be something for this stage."""
        wake = self._readers[stage.name]
        await wake.wait()
        wake.clear()


@asynccontextmanager
async def embedded(path: Path, smtp_port: int, connections: int, mail: str) -> AsyncIterator[Accept]:
    """Everything in this process."""
    connection = open_database(path, SERVICES)
    writer, log = Writer(connection, asyncio.get_running_loop()), Log()
    writer.start()

    async def accept(request: InboundRequest) -> str:
        return await _accept(writer, log, request)

    async def mark_sent(ids: list[str]) -> None:
        await writer.submit(lambda c: _mark_sent(c, ids))

    mailer = Mailer(smtp_port, BUILDERS[mail], mark_sent)
    tasks = mailer.start(connections)
    tasks += [must_live(_consume(writer, log, stage, mailer)) for stage in STAGES.values()]
    # What an earlier process left in the log is handled before anything new wakes the readers.
    log.committed(topic for stage in STAGES.values() for topic in stage.topics)
    yield accept
    for task in tasks:
        task.cancel()


async def _accept(writer: Writer, log: Log, request: InboundRequest) -> str:
    event = request_event(request)
    effects = Effects([(event.key, event.body)], [event], [])
    await writer.submit(lambda c: write(c, "intake", effects))
    log.committed((event.topic,))
    return event.key


async def _consume(writer: Writer, log: Log, stage: Stage, mailer: Mailer) -> None:
    def work(connection: sqlite3.Connection) -> tuple[Effects, bool]:
        return read_and_apply(connection, stage)

    while True:
        await log.some(stage)
        more = True
        while more:
            effects, more = await writer.submit(work)
            log.committed({event.topic for event in effects.events})
            mailer.post(effects.messages)


def _mark_sent(connection: sqlite3.Connection, ids: list[str]) -> None:
    mark = "UPDATE notifier_message SET sent_at = datetime('now') WHERE id = ?"
    connection.executemany(mark, [(message_id,) for message_id in ids])
