"""The accept path alone: bare with a durable group commit of intake's rows, the same with a relay, or FastAPI that
only validates.

`python -m tests.bench.bare_accept bare|relayed|fastapi --port N [--database URL] [--kafka HOST:PORT --prefix NAME]`
"""

import argparse
import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

from fastapi import FastAPI

from tests.bench import bare_accept_rows, bare_postgres
from tests.bench.bare_http import Accept, BareApp, must_live, serve
from tests.bench.bare_kafka import ensure_topics, relaying
from tests.bench.bare_model import Effects, Event, InboundRequest, new_id, request_event
from tests.bench.bare_postgres import Connection, open_schema

GROUP = 500
SCHEMA = "bare_accept"
Write = Callable[[Connection, Sequence[Event]], Awaitable[None]]


class _Waiting(NamedTuple):
    event: Event
    committed: "asyncio.Future[None]"


class GroupCommit:
    """One committer task that commits what waits, up to 500 at a time and without a timer."""

    def __init__(
        self, connection: Connection, on_commit: Callable[[], None] = lambda: None, write: Write | None = None
    ) -> None:
        self._connection = connection
        self._on_commit = on_commit
        self._write = write or _write_one_each
        self._waiting: deque[_Waiting] = deque()
        self._wake = asyncio.Event()

    async def accept(self, request: InboundRequest) -> str:
        """Return once the request and its outbox row are durable."""
        event = request_event(request)
        committed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(event, committed))
        self._wake.set()
        await committed
        return event.key

    async def run(self) -> None:
        """Commit group after group, for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                count = min(GROUP, len(self._waiting))
                await self._commit([self._waiting.popleft() for _ in range(count)])

    async def _commit(self, group: list[_Waiting]) -> None:
        events = [waiting.event for waiting in group]
        async with self._connection.transaction():
            await self._write(self._connection, events)
        for waiting in group:
            if not waiting.committed.done():  # the caller may have hung up
                waiting.committed.set_result(None)
        self._on_commit()


async def _write_one_each(connection: Connection, events: Sequence[Event]) -> None:
    await bare_postgres.write(connection, Effects([(e.key, e.body) for e in events], list(events), []))


def bare_app(database: str, kafka: str = "", prefix: str = "") -> BareApp:
    """The route by hand, with intake's rows committed before the 202, and copied to Kafka if one is given."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Accept]:
        async with AsyncExitStack() as stack:
            connection = await open_schema(database, SCHEMA)
            stack.push_async_callback(connection.close)
            await connection.execute(bare_accept_rows.TABLES)
            on_commit = await stack.enter_async_context(_copying(database, kafka, prefix))
            commits = GroupCommit(connection, on_commit, bare_accept_rows.write)
            stack.callback(must_live(commits.run()).cancel)
            yield commits.accept

    return BareApp(opened)


@asynccontextmanager
async def _copying(database: str, kafka: str, prefix: str) -> AsyncIterator[Callable[[], None]]:
    if not kafka:
        yield lambda: None
        return
    await ensure_topics(kafka, prefix)
    async with relaying(database, SCHEMA, kafka, prefix) as relay:
        yield relay.wake


def fastapi_app() -> FastAPI:
    """The same route in FastAPI, which validates and stores nothing: the price of the framework."""
    app = FastAPI()

    @app.post("/v1/requests", status_code=202)
    async def receive_request(request: InboundRequest) -> dict[str, str]:
        return {"id": new_id()}

    return app


def main() -> None:
    """Serve one of the two."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("form", choices=("bare", "relayed", "fastapi"))
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database", default="")
    parser.add_argument("--kafka", default="")
    parser.add_argument("--prefix", default="bare_accept_")
    options = parser.parse_args()
    kafka = options.kafka if options.form == "relayed" else ""
    app = fastapi_app() if options.form == "fastapi" else bare_app(options.database, kafka, options.prefix)
    serve(app, options.port)


if __name__ == "__main__":
    main()
