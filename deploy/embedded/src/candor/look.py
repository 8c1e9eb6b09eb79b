"""Looking at events from a shell: in the embedded log, or on Kafka when a broker is set."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from candor_common.embedded import database_path
from candor_common.outbox import headers_of_row, outbox
from candor_common.settings import Settings, SettingsError
from candor_common.topics import TOPICS, topic_name
from candor_common.wire import Headers

PAGE = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """An event as it stands on its topic."""

    topic: str
    headers: Headers
    value: str

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.headers["ce_time"])

    @property
    def subject(self) -> str:
        return self.headers.get("ce_subject", "")


def embedded_log(settings: Settings) -> sa.Engine:
    """The embedded log, opened for reading only, also while Candor runs.

    Raises SettingsError when there is none.
    """
    path = database_path(settings)
    if not path.exists():
        raise SettingsError(f"there is no log at {path}; start `candor up`, or set CANDOR_DATA_DIR")
    return sa.create_engine(f"sqlite+pysqlite:///file:{path}?mode=ro&uri=true")


def rows_after(connection: Connection, position: int, topics: Sequence[str]) -> Sequence[RowMapping]:
    query = sa.select(outbox).where(outbox.c.position > position).order_by(outbox.c.position).limit(PAGE)
    if topics:
        query = query.where(outbox.c.topic.in_(topics))
    return connection.execute(query).mappings().all()


async def from_table(settings: Settings, topics: Sequence[str], *, follow: bool) -> AsyncIterator[Seen]:
    """Events of the embedded log, oldest first; with `follow`, then those that come."""
    engine = embedded_log(settings)
    position = 0
    while True:
        with engine.connect() as connection:
            rows = rows_after(connection, position, topics)
        for row in rows:
            position = row["position"]
            yield Seen(topic_name(row["topic"]), headers_of_row(row), row["value"].decode())
        if not rows and not follow:
            return
        if not rows:
            await asyncio.sleep(0.2)


async def from_kafka(settings: Settings, topics: Sequence[str], *, follow: bool) -> AsyncIterator[Seen]:
    """Events of the broker, oldest first within a partition; with `follow`, then those that come."""
    # The broker's client is large, and most calls of the command don't need it.
    from candor_common.distributed import kafka_settings  # noqa: PLC0415
    from candor_common.kafka import tail  # noqa: PLC0415

    names = [topic_name(topic) for topic in topics or TOPICS]
    async for topic, _, _, headers, value in tail(
        kafka_settings(settings), names, from_beginning=True, follow=follow
    ):
        yield Seen(topic, headers, (value or b"").decode("utf-8", "replace"))


def events(settings: Settings, topics: Sequence[str] = (), *, follow: bool = False) -> AsyncIterator[Seen]:
    """Events of some topics (all when none is named), from wherever this installation keeps them."""
    source = from_kafka if settings.kafka_bootstrap else from_table
    return source(settings, topics, follow=follow)


async def hops(settings: Settings, reference: str) -> list[Seen]:
    """Every event about one incident, in the order of time; found by its reference and by its traces."""
    seen = [one async for one in events(settings)]
    traces = {trace_of(one) for one in seen if one.subject == reference}
    found = [one for one in seen if one.subject == reference or trace_of(one) in traces]
    return sorted(found, key=lambda one: one.at)


def trace_of(seen: Seen) -> str:
    return seen.headers.get("traceparent", "")[3:35]


def summary(seen: Seen) -> str:
    """What the event says, in a few words."""
    fact = json.loads(seen.value)
    for part in ("incident", "promise", "message", "survey"):
        if part in fact:
            return _words(fact[part])
    return str(fact.get("subject_line", ""))


def _words(snapshot: dict[str, object]) -> str:
    names = ("kind", "status", "state", "priority", "team", "due_at", "recipient", "title")
    return " · ".join(str(snapshot[name]) for name in names if isinstance(snapshot.get(name), str))
