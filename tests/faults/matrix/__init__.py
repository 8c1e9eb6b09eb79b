"""The faults that Candor is held to survive, by the number that `docs/reliability.md` gives them."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults import scenes
from tests.faults.scenes import USUAL, Setting
from tests.faults.trials import Outcome, Strike, trial

Play = Callable[[int, float, Path], Coroutine[Any, Any, Outcome]]


@dataclass(frozen=True)
class Fault:
    """One of them: `play` runs it with a seed, for so many seconds of load at least, in a folder of its own."""

    number: int
    title: str
    play: Play
    missing: Callable[[], str | None] = lambda: None
    """What this machine lacks to run it."""


def embedded(strike: Strike[scenes.Embedded]) -> Play:
    """The fault strikes all five services in one process."""

    async def play(seed: int, seconds: float, folder: Path) -> Outcome:
        async with scenes.embedded(folder) as scene:
            return await trial(scene, strike, seed, seconds)

    return play


def distributed(strike: Strike[scenes.Distributed], setting: Setting = USUAL) -> Play:
    """The fault strikes five services on Kafka and PostgreSQL."""

    async def play(seed: int, seconds: float, folder: Path) -> Outcome:
        async with scenes.distributed(folder, setting) as scene:
            return await trial(scene, strike, seed, seconds)

    return play
