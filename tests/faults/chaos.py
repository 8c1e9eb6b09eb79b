"""Blows, planned from a seed: who is hit when, how, and for how long they stay down."""

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, Protocol

SESSION = 10.0
"""Seconds after which the brokers believe that a silent consumer is gone."""
How = Literal["kill", "pause"]


class Target(Protocol):
    """A process that can be hit."""

    @property
    def running(self) -> bool: ...

    def wait_until_ready(self) -> None: ...

    def exit_code(self) -> int: ...

    def start(self) -> None: ...

    def kill(self) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...


@dataclass(frozen=True)
class Blow:
    """At a second of the run, one target is killed or held still, and gets up again some seconds later."""

    at: float
    target: str
    how: How
    down: float

    def __str__(self) -> str:
        return f"{self.at:5.1f} s {self.how} {self.target} for {self.down:.1f} s"


def plan(seed: int, seconds: float, killed: Sequence[str], paused: Sequence[str] = ()) -> list[Blow]:
    """Every target is killed once at a random moment, and the others are held still beyond their session."""
    chance = random.Random(seed)
    # What the notifier had claimed comes back after a minute, so that it is hit early.
    latest = {"notifier": seconds / 4}
    kills = [
        Blow(chance.uniform(1, latest.get(name, seconds)), name, "kill", chance.uniform(0, 2))
        for name in killed
    ]
    pauses = [
        Blow(chance.uniform(0, max(0.0, seconds - SESSION)), name, "pause", SESSION + chance.uniform(1, 3))
        for name in paused
    ]
    return sorted([*kills, *pauses], key=lambda blow: blow.at)


def repeated(seed: int, target: str, times: int) -> list[Blow]:
    """One target is killed again and again, some seconds after it has begun to serve: `at` counts from there."""
    chance = random.Random(seed)
    return [Blow(chance.uniform(0.2, 3), target, "kill", chance.uniform(0, 0.5)) for _ in range(times)]


@dataclass
class Chaos:
    """Carries out a plan, and starts again whatever has ended by itself, as a supervisor would."""

    targets: Mapping[str, Target]
    tell: Callable[[str], None] = print
    ended: list[str] = field(default_factory=list)
    """Targets that ended without having been hit, and how."""
    struck: list[Blow] = field(default_factory=list)
    _held: set[str] = field(default_factory=set)

    async def at_once(self, blows: Sequence[Blow]) -> None:
        """Every blow at its second, whatever the others do."""
        async with asyncio.TaskGroup() as hits:
            for blow in blows:
                hits.create_task(self._hit(blow))

    async def one_by_one(self, blows: Sequence[Blow], within: float) -> None:
        """Every blow so many seconds after the target serves; those that a slow machine has no time for are left out."""
        until = time.monotonic() + within
        for blow in blows:
            if time.monotonic() < until:
                await self._hit(blow)
                await asyncio.to_thread(self.targets[blow.target].wait_until_ready)

    @contextmanager
    def holding(self, name: str) -> Iterator[None]:
        """While somebody else stops and starts a target, the supervisor leaves it alone."""
        self._held.add(name)
        try:
            yield
        finally:
            self._held.discard(name)

    async def _hit(self, blow: Blow) -> None:
        await asyncio.sleep(blow.at)
        target = self.targets[blow.target]
        self.tell(f"  {blow}")
        self.struck.append(blow)
        with self.holding(blow.target):
            if blow.how == "pause":
                target.pause()
                await asyncio.sleep(blow.down)
                target.resume()
            else:
                await asyncio.to_thread(target.kill)
                await asyncio.sleep(blow.down)
                await asyncio.to_thread(target.start)

    async def supervise(self, names: Sequence[str]) -> None:
        """Until cancelled."""
        while True:
            for name in names:
                target = self.targets[name]
                if name not in self._held and not target.running:
                    self.ended.append(f"{name} with {target.exit_code()}")
                    self.tell(f"  {self.ended[-1]} has ended by itself and is started again")
                    await asyncio.to_thread(target.start)
            await asyncio.sleep(0.3)
