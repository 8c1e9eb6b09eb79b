"""One trial: start Candor, let the load run, hit it, wait until it has recovered, and ask the oracle."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from candor_common.provision import SERVICES
from tests.faults.chaos import Blow, Chaos, plan, repeated
from tests.faults.evidence import Evidence, of_postgres, of_sqlite
from tests.faults.ledger import Ledger
from tests.faults.load import Load
from tests.faults.oracle import complaints, copies
from tests.servers.kafka import KafkaServer
from tests.servers.postgres import PostgresServer
from tests.worlds import charters
from tests.worlds.distributed import Installation
from tests.worlds.processes import Process
from tests.worlds.sink import MailSink
from tests.worlds.topics import TopicReader

RATE = 10.0
RECOVERY = 60.0
"""Seconds until everything must be as it should be; the design allows no more."""
BUG = 70
"""How a process ends of which a task has died."""
STILL = 2.0
"""For so long it must stay like that."""

Collect = Callable[[Ledger], Awaitable[Evidence]]


@dataclass
class Outcome:
    """What came of a trial."""

    mode: str
    seed: int
    seconds: float = 0.0
    recovered: float = 0.0
    """Seconds from the end of the load until the oracle was content."""
    counts: dict[str, int] = field(default_factory=dict)
    blows: Sequence[Blow] = ()
    ended: Sequence[str] = ()
    """Processes that ended by themselves and had to be started again."""
    wrong: Sequence[str] = ()
    copies: tuple[int, int] = (0, 0)

    @property
    def row(self) -> str:
        """One line of the table."""
        accepted, doubt = self.counts.get("accepted", 0), self.counts.get("in doubt", 0)
        verdict = f"{len(self.wrong)} WRONG" if self.wrong else "all there, once"
        return (
            f"{self.mode:<12}{self.seed:>12}{self.seconds:>8.0f} s{self.recovered:>9.0f} s{len(self.blows):>7}{len(self.ended):>7}"
            f"{accepted:>10}{doubt:>9}{self.copies[0]:>8}{self.copies[1]:>7}  {verdict}"
        )


HEADER = (
    f"{'mode':<12}{'seed':>12}{'took':>10}{'recovered':>11}{'blows':>7}{'ended':>7}"
    f"{'accepted':>10}{'in doubt':>9}{'events':>8}{'mails':>7}  verdict"
)
"""`events` and `mails` count the copies that were made, which is allowed; `ended` what ended by itself."""


async def embedded(seed: int, seconds: float, folder: Path, *, kills: int = 6) -> Outcome:
    """The whole process is killed again and again."""
    sink = MailSink(folder)
    sink.start()
    charter = _charter(folder)
    environment = {
        "CANDOR_DATA_DIR": str(folder / "data"),
        "CANDOR_CHARTER": str(charter),
        "CANDOR_SMTP_URL": sink.url,
    }
    process = Process("candor", ["-m", "candor", "up"], environment, folder)
    process.start()
    try:
        await asyncio.to_thread(process.wait_until_ready)
        key = (folder / "data" / "local.key").read_text().strip()
        chaos = Chaos({"candor": process})
        headers = {"Authorization": f"Bearer {key}"}
        client = httpx.AsyncClient(base_url=process.url, headers=headers, timeout=10, trust_env=False)

        async def collect(ledger: Ledger) -> Evidence:
            events, tables, health = of_sqlite(folder / "data" / "candor.db")
            assert health == "ok", health
            return Evidence(list(ledger.entries.values()), events, sink.mails(), tables)

        blows = repeated(seed, "candor", kills)
        trial = _Trial(Outcome("embedded", seed), chaos, client, folder, collect)
        return await trial.run(seconds, chaos.one_by_one(blows, seconds), ["candor"])
    finally:
        process.kill()
        sink.stop()


async def distributed(seed: int, seconds: float, folder: Path) -> Outcome:
    """Every service, the broker and the database are killed, and one of two replicas is held still."""
    broker, postgres = KafkaServer(folder / "kafka"), PostgresServer(folder / "postgres")
    await asyncio.gather(asyncio.to_thread(broker.start), asyncio.to_thread(postgres.start))
    installation = Installation(
        folder,
        bootstrap=broker.bootstrap,
        database=await postgres.create_database("candor"),
        charter=_charter(folder),
    )
    installation.add_replica("triage")
    reader: TopicReader | None = None
    try:
        await asyncio.to_thread(installation.start)
        chaos = Chaos({**installation.processes, "broker": _Server(broker), "database": _Server(postgres)})
        reader = TopicReader(broker.bootstrap)
        read = reader

        async def collect(ledger: Ledger) -> Evidence:
            tables = await of_postgres(installation.database)
            events = await asyncio.to_thread(read.all_events)
            return Evidence(list(ledger.entries.values()), list(events), installation.sink.mails(), tables)

        blows = plan(seed, seconds, [*SERVICES, "broker", "database"], ["triage-2"])
        outcome = Outcome("distributed", seed)
        trial = _Trial(outcome, chaos, installation.client(), folder, collect)
        return await trial.run(seconds, chaos.at_once(blows), list(installation.processes))
    finally:
        if reader is not None:
            reader.close()
        installation.stop()
        broker.kill()
        postgres.kill()


@dataclass
class _Trial:
    """What the modes have in common once everything is up."""

    outcome: Outcome
    chaos: Chaos
    client: httpx.AsyncClient
    folder: Path
    collect: Collect

    async def run(self, seconds: float, hits: Coroutine[Any, Any, None], watched: Sequence[str]) -> Outcome:
        """The load runs for some seconds at least, and until the last blow has been struck."""
        ledger = Ledger(self.folder / "ledger.jsonl")
        started = time.monotonic()
        supervisor = asyncio.create_task(self.chaos.supervise(watched))
        try:
            async with self.client:
                await self._under_load(Load(self.outcome.seed, self.client, ledger, RATE), seconds, hits)
            calm = time.monotonic()
            evidence, wrong = await _recovered(ledger, self.collect)
            recovered = time.monotonic() - calm
        finally:
            supervisor.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await supervisor
            ledger.close()
        return replace(
            self.outcome,
            seconds=time.monotonic() - started,
            counts=dict(ledger.counts()),
            blows=self.chaos.struck,
            ended=self.chaos.ended,
            wrong=[
                *wrong,
                *(f"ended by itself: {one}" for one in self.chaos.ended if one.endswith(f" {BUG}")),
            ],
            recovered=recovered,
            copies=copies(evidence),
        )

    async def _under_load(self, load: Load, seconds: float, hits: Coroutine[Any, Any, None]) -> None:
        over = asyncio.Event()
        posting = asyncio.create_task(load.run(over))
        await asyncio.gather(asyncio.sleep(seconds), hits)
        over.set()
        await posting


async def _recovered(ledger: Ledger, collect: Collect) -> tuple[Evidence, list[str]]:
    """Ask the oracle until it is content, and once more a little later; or until time is up."""
    deadline, content = time.monotonic() + RECOVERY, False
    while True:
        evidence = await collect(ledger)
        wrong = complaints(evidence)
        if (not wrong and content) or time.monotonic() > deadline:
            return evidence, wrong
        content = not wrong
        await asyncio.sleep(STILL if content else 0.5)


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


def _charter(folder: Path) -> Path:
    """Targets so short that promises are missed, too."""
    return charters.write(
        charters.impatient(first_response=4, resolution=6, update_every=4), folder / "charter.yaml"
    )
