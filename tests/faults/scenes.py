"""Candor standing in one of its modes, with everything around it that can be hit."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx

from tests.faults.chaos import Chaos, Target
from tests.faults.evidence import Evidence, of_postgres, of_sqlite
from tests.faults.ledger import Ledger
from tests.faults.link import FaultyLink
from tests.servers.kafka import KafkaServer, SecondBroker
from tests.servers.postgres import PostgresServer
from tests.servers.process import LOOPBACK, free_port
from tests.worlds import charters
from tests.worlds.distributed import Installation
from tests.worlds.processes import Process
from tests.worlds.sink import MailSink
from tests.worlds.topics import TopicReader

SENDING = frozenset({"candor", "notifier", "database", "postgres"})
"""Of these a hit can cut off a mail between its leaving and its record."""


@dataclass
class Scene:
    """What both modes have: something to post to, something to hit, and what is left to judge by."""

    folder: Path
    sink: MailSink
    chaos: Chaos
    client: httpx.AsyncClient
    watched: Sequence[str]
    """Processes that a supervisor starts again when they end by themselves."""
    wrong: list[str] = field(default_factory=list)
    """What a fault has found wrong on its way, beyond what the oracle sees at the end."""
    excused: set[str] = field(default_factory=set)
    """Checks of the oracle that a fault is there to fail; it looks at what they look at in its own way."""
    rate: float = 10.0
    """Calls a second that customers, monitoring and engineers make."""

    async def collect(self, ledger: Ledger) -> Evidence:
        raise NotImplementedError

    @property
    def cut_off(self) -> int:
        """How often what sends mail, or what it records that in, was hit or has ended."""
        hits = sum(blow.target in SENDING for blow in self.chaos.struck)
        return hits + sum(told.partition(" ")[0] in SENDING for told in self.chaos.ended)


@dataclass
class Embedded(Scene):
    """One process on SQLite."""

    process: Process = field(kw_only=True)
    data: Path = field(kw_only=True)

    async def collect(self, ledger: Ledger) -> Evidence:
        events, tables, health = of_sqlite(self.data / "candor.db")
        assert health == "ok", health
        entries = list(ledger.entries.values())
        return Evidence(entries, events, self.sink.mails(), tables, cut_off=self.cut_off)


@dataclass
class Distributed(Scene):
    """Five services on Kafka and PostgreSQL."""

    installation: Installation = field(kw_only=True)
    servers: "Servers" = field(kw_only=True)
    reader: TopicReader = field(kw_only=True)

    @property
    def database(self) -> str:
        """The URL by which the judge reaches the database."""
        return self.servers.postgres.url("candor")

    async def collect(self, ledger: Ledger) -> Evidence:
        tables = await of_postgres(self.database)
        events = await asyncio.to_thread(self.reader.all_events)
        entries = list(ledger.entries.values())
        return Evidence(entries, list(events), self.sink.mails(), tables, cut_off=self.cut_off)


@asynccontextmanager
async def embedded(folder: Path, *, disk: Path | None = None) -> AsyncIterator[Embedded]:
    """One process, ready; it keeps its data on the disk if one is given."""
    data = (disk or folder) / "data"
    sink = MailSink(folder)
    sink.start()
    process = Process("candor", ["-m", "candor", "up"], _environment(folder, data, sink), folder)
    process.start()
    try:
        await asyncio.to_thread(process.wait_until_ready)
        key = (data / "local.key").read_text().strip()
        headers = {"Authorization": f"Bearer {key}"}
        client = httpx.AsyncClient(base_url=process.url, headers=headers, timeout=10, trust_env=False)
        async with client:
            yield Embedded(
                folder, sink, Chaos({"candor": process}), client, ["candor"], process=process, data=data
            )
    finally:
        process.kill()
        sink.stop()


@dataclass(frozen=True)
class Setting:
    """What is unusual about where five services stand."""

    replicas: Sequence[str] = ()
    """Services of which there are two."""
    environments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Of each service what it gets beside the usual."""
    link_to_database: bool = False
    """Whether the database is reached over a link that can break."""
    answers_after: float = 0.0
    """Seconds that the mail server takes to say that it has a mail."""
    disk: Path | None = None
    """Where the database keeps its data."""
    two_brokers: bool = False
    """Whether each partition is kept by two brokers, and both must have what counts as sent."""
    link_to_broker: bool = False
    """Whether the broker is reached over a link that can fall silent."""


USUAL = Setting()
TWICE = ("offsets.topic.replication.factor", "default.replication.factor", "min.insync.replicas")
KEPT_TWICE: dict[str, object] = {
    **dict.fromkeys(TWICE, 2),
    # Leadership goes back to where it was at once, so that it moves twice whenever a broker is away.
    "leader.imbalance.check.interval.seconds": 1,
    "leader.imbalance.per.broker.percentage": 0,
}


@dataclass
class Servers:
    """What five services stand on."""

    broker: KafkaServer
    postgres: PostgresServer
    second: KafkaServer | None = None
    database_link: FaultyLink | None = None
    broker_link: FaultyLink | None = None

    @property
    def bootstrap(self) -> str:
        return f"{LOOPBACK}:{self.broker_link.port}" if self.broker_link else self.broker.bootstrap

    @property
    def targets(self) -> dict[str, Target]:
        second = {"broker-2": _Server(self.second)} if self.second else {}
        return {"broker": _Server(self.broker), "database": _Server(self.postgres), **second}

    async def create_database(self) -> str:
        """The URL by which services reach it."""
        url = await self.postgres.create_database("candor")
        return _at_port(url, self.database_link.port) if self.database_link else url


@asynccontextmanager
async def servers(folder: Path, setting: Setting) -> AsyncIterator[Servers]:
    """A broker, or two, and a database, running."""
    postgres = PostgresServer((setting.disk or folder) / "postgres")
    database_link = FaultyLink(postgres.port) if setting.link_to_database else None
    port = free_port()
    broker_link = FaultyLink(port) if setting.link_to_broker else None
    shown = {"advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{broker_link.port}"} if broker_link else {}
    kept_twice = KEPT_TWICE if setting.two_brokers else {}
    broker = KafkaServer(folder / "kafka", port=port, settings={**shown, **kept_twice})
    second = SecondBroker(folder / "kafka-2", broker, kept_twice) if setting.two_brokers else None
    async with contextlib.AsyncExitStack() as closing:
        for link in filter(None, (database_link, broker_link)):
            await closing.enter_async_context(link)
        closing.callback(postgres.kill)
        closing.callback(broker.kill)
        await asyncio.gather(asyncio.to_thread(broker.start), asyncio.to_thread(postgres.start))
        if second is not None:
            closing.callback(second.kill)
            await asyncio.to_thread(second.start)
        yield Servers(broker, postgres, second, database_link, broker_link)


@asynccontextmanager
async def distributed(folder: Path, setting: Setting = USUAL) -> AsyncIterator[Distributed]:
    """Five services, ready."""
    async with contextlib.AsyncExitStack() as closing:
        standing = await closing.enter_async_context(servers(folder, setting))
        installation = Installation(
            folder,
            bootstrap=standing.bootstrap,
            database=await standing.create_database(),
            charter=_charter(folder),
            environments=setting.environments,
        )
        installation.sink.answers_after = setting.answers_after
        for service in setting.replicas:
            installation.add_replica(service)
        closing.callback(installation.stop)
        await asyncio.to_thread(installation.start)
        reader = TopicReader(standing.broker.bootstrap)
        closing.callback(reader.close)
        yield Distributed(
            folder,
            installation.sink,
            Chaos({**installation.processes, **standing.targets}),
            await closing.enter_async_context(installation.client()),
            list(installation.processes),
            installation=installation,
            servers=standing,
            reader=reader,
        )


class _Server:
    """A broker or a database as a target; none of them ends by itself."""

    running = True

    def __init__(self, server: KafkaServer | PostgresServer) -> None:
        self.start, self.kill, self.pause, self.resume = (
            server.start,
            server.kill,
            server.pause,
            server.resume,
        )

    def wait_until_ready(self) -> None:
        """It is when it has started."""

    def exit_code(self) -> int:
        return 0


def _at_port(url: str, port: int) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.port}", f":{port}")))


def _environment(folder: Path, data: Path, sink: MailSink) -> dict[str, str]:
    given = {
        "CANDOR_DATA_DIR": data,
        "CANDOR_CHARTER": _charter(folder),
        "CANDOR_SMTP_URL": sink.url,
    }
    return {name: str(value) for name, value in given.items()}


def _charter(folder: Path) -> Path:
    """Targets so short that promises are missed, too."""
    return charters.write(
        charters.impatient(first_response=4, resolution=6, update_every=4), folder / "charter.yaml"
    )
