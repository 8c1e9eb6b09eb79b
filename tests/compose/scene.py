"""The stack as a scene of the faults: the same load, the same blows, the same oracle."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import httpx

from tests.compose import memory
from tests.compose.outside import Catcher, SubscribedReader
from tests.compose.stack import STANDING, Container, Stack
from tests.faults.chaos import Blow, Chaos, plan
from tests.faults.evidence import Evidence, of_postgres
from tests.faults.ledger import Entry, Ledger
from tests.faults.scenes import Scene

PATIENCE = 40.0
"""Seconds that a client waits: longer than the gateway holds a request for."""
FINDERS = ("sla-timer", "postgres")
"""Without these no breach is found."""
SCALED, REPLICAS = "triage", 3


@dataclass
class Composed(Scene):
    """Containers behind a gateway. Several trials may follow each other; the oracle judges all that was posted."""

    stack: Stack = field(kw_only=True)
    reader: SubscribedReader = field(kw_only=True)
    database: str = field(kw_only=True)
    catcher: Catcher = field(kw_only=True)
    targets: Mapping[str, Container] = field(kw_only=True)
    most: dict[str, float] = field(default_factory=dict)
    """How much memory each container was seen to hold at most, in MiB, where somebody looked."""
    _ledgers: list[Ledger] = field(default_factory=list)

    async def collect(self, ledger: Ledger) -> Evidence:
        if ledger not in self._ledgers:
            self._ledgers.append(ledger)
        entries: list[Entry] = [one for each in self._ledgers for one in each.entries.values()]
        tables = await of_postgres(self.database)
        events = await asyncio.to_thread(self.reader.all_events)
        away = timedelta(seconds=sum(self.targets[name].away for name in FINDERS))
        return Evidence(entries, list(events), self.catcher.mails(), tables, away, self.cut_off)


@asynccontextmanager
async def composed(stack: Stack, *, whole_mails: bool) -> AsyncIterator[Composed]:
    """The stack that runs, with what is needed to post to it, to hit it, and to judge it by its mails or their heads."""
    reader = SubscribedReader(stack, await asyncio.to_thread(stack.password_of_subscriber))
    catcher = Catcher(stack, whole=whole_mails)
    catcher.start()
    targets = {name: Container(stack, name) for name in STANDING}
    try:
        async with client_of(stack, await asyncio.to_thread(stack.key)) as client:
            yield Composed(
                stack.folder,
                catcher,
                Chaos(targets),
                client,
                (),  # The engine starts again what ends by itself.
                stack=stack,
                reader=reader,
                database=await asyncio.to_thread(stack.database),
                catcher=catcher,
                targets=targets,
            )
    finally:
        catcher.stop()
        reader.close()


def client_of(stack: Stack, key: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=stack.url,
        headers={"Authorization": f"Bearer {key}"},
        timeout=PATIENCE,
        limits=httpx.Limits(max_connections=500),
        trust_env=False,
    )


async def watched(scene: Composed, _chance: random.Random, seconds: float) -> None:
    """Nothing happens but the load; somebody looks at the memory."""
    clock = asyncio.get_running_loop().time
    until = clock() + seconds
    while clock() < until:
        for name, size in (await asyncio.to_thread(memory.held, scene.stack)).items():
            scene.most[name] = max(size, scene.most.get(name, 0.0))


async def everything_is_killed(scene: Composed, chance: random.Random, seconds: float) -> None:
    """Each container once, at a random moment."""
    await scene.chaos.at_once(plan(chance.getrandbits(32), seconds, STANDING))


async def scaled(scene: Composed, chance: random.Random, seconds: float) -> None:
    """More replicas of triage come, one of them is killed and stays dead, and they go again."""
    stack = scene.stack
    await asyncio.sleep(chance.uniform(1, 3))
    await asyncio.to_thread(stack.scale, SCALED, REPLICAS)
    await asyncio.sleep(chance.uniform(2, seconds / 4))
    number = chance.randrange(1, REPLICAS)
    scene.chaos.struck.append(Blow(0, f"{SCALED}-{number + 1}", "kill", seconds))
    await asyncio.to_thread(Container(stack, SCALED, number).kill)
    # The others take its partitions over when its session has run out.
    await asyncio.sleep(chance.uniform(2, seconds / 4))
    await asyncio.to_thread(stack.scale, SCALED, 1)


async def upgraded(scene: Composed, chance: random.Random, _seconds: float) -> None:
    """The services are replaced by those of a rebuilt image."""
    stack = scene.stack
    before = stack.images()
    await asyncio.sleep(chance.uniform(1, 3))
    await asyncio.to_thread(stack.upgrade, stack.image.replace(":first", ":next"))
    after = stack.images()
    if len(after) != 1 or after & before:
        scene.wrong.append(f"after the upgrade the services run {sorted(after)}, before it {sorted(before)}")
