"""Blows, planned from a seed: who is hit when, how, and for how long they stay down."""

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

SESSION = 10.0
"""Seconds after which the brokers believe that a silent consumer is gone."""
How = Literal["kill", "pause"]


class Target(Protocol):
    """A process that can be hit."""

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
    kills = [Blow(chance.uniform(1, seconds), name, "kill", chance.uniform(0, 2)) for name in killed]
    pauses = [
        Blow(chance.uniform(0, max(0.0, seconds - SESSION)), name, "pause", SESSION + chance.uniform(1, 3))
        for name in paused
    ]
    return sorted([*kills, *pauses], key=lambda blow: blow.at)


@dataclass
class Chaos:
    """Carries out a plan, and starts again whatever has ended by itself, as a supervisor would."""

    targets: Mapping[str, Target]
    running: Callable[[str], bool]
    tell: Callable[[str], None] = print
    ended: list[str] = field(default_factory=list)
    """Targets that ended without having been hit."""
    _held: set[str] = field(default_factory=set)

    async def run(self, blows: Sequence[Blow]) -> None:
        started = time.monotonic()
        async with asyncio.TaskGroup() as hits:
            for blow in blows:
                hits.create_task(self._hit(blow, started))

    async def _hit(self, blow: Blow, started: float) -> None:
        await asyncio.sleep(max(0.0, started + blow.at - time.monotonic()))
        target = self.targets[blow.target]
        self.tell(f"  {blow}")
        self._held.add(blow.target)
        if blow.how == "pause":
            target.pause()
            await asyncio.sleep(blow.down)
            target.resume()
        else:
            await asyncio.to_thread(target.kill)
            await asyncio.sleep(blow.down)
            await asyncio.to_thread(target.start)
        self._held.discard(blow.target)

    async def supervise(self) -> None:
        """Until cancelled."""
        while True:
            for name in self.targets:
                if name not in self._held and not self.running(name):
                    self.ended.append(name)
                    self.tell(f"  {name} has ended by itself and is started again")
                    await asyncio.to_thread(self.targets[name].start)
            await asyncio.sleep(0.3)
