"""One trial: let the load run, hit Candor, wait until it has recovered, and ask the oracle."""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tests.faults.chaos import Blow
from tests.faults.evidence import Evidence
from tests.faults.ledger import Ledger
from tests.faults.load import Load
from tests.faults.oracle import complaints, copies
from tests.faults.scenes import Scene

RECOVERY = 75.0
"""Seconds until everything must be as it should be: the minute for which a killed notifier's claims last, and some to
send what it had claimed. All else takes far less; the table says how long it took."""
BUG = 70
"""How a process ends of which a task has died."""
STILL = 2.0
"""For so long it must stay like that."""

S = TypeVar("S", bound=Scene)
Strike = Callable[[S, random.Random, float], Awaitable[None]]
"""What a fault does to a scene while the load runs for so many seconds; every chance in it comes from the seed."""


@dataclass
class Outcome:
    """What came of a trial."""

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
            f"{self.seed:>8}{self.seconds:>8.0f} s{self.recovered:>9.0f} s{len(self.blows):>7}{len(self.ended):>7}"
            f"{accepted:>10}{doubt:>9}{self.copies[0]:>8}{self.copies[1]:>7}  {verdict}"
        )


HEADER = (
    f"{'seed':>8}{'took':>10}{'recovered':>11}{'blows':>7}{'ended':>7}"
    f"{'accepted':>10}{'in doubt':>9}{'events':>8}{'mails':>7}  verdict"
)
"""`events` and `mails` count the copies that were made, which is allowed; `ended` what ended by itself."""


async def trial(
    scene: S, strike: Strike[S], seed: int, seconds: float, recovery: float = RECOVERY
) -> Outcome:
    """The load runs for some seconds at least, and until the fault is over; then the oracle is asked."""
    ledger = Ledger(scene.folder / "ledger.jsonl")
    started = time.monotonic()
    supervisor = asyncio.create_task(scene.chaos.supervise(scene.watched))
    try:
        hits = strike(scene, random.Random(seed), seconds)
        await _under_load(Load(seed, scene.client, ledger, scene.rate), seconds, hits)
        calm = time.monotonic()
        evidence, wrong = await _recovered(ledger, scene, recovery)
        recovered = time.monotonic() - calm
    finally:
        supervisor.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await supervisor
        ledger.close()
    bugs = [f"ended by itself: {one}" for one in scene.chaos.ended if one.endswith(f" {BUG}")]
    counts = dict(ledger.counts())
    nothing = [] if counts["accepted"] else ["nothing was accepted, so nothing was tried"]
    return Outcome(
        seed,
        seconds=time.monotonic() - started,
        counts=counts,
        blows=scene.chaos.struck,
        ended=scene.chaos.ended,
        wrong=[*scene.wrong, *nothing, *wrong, *([] if "bugs" in scene.excused else bugs)],
        recovered=recovered,
        copies=copies(evidence),
    )


async def _under_load(load: Load, seconds: float, hits: Awaitable[None]) -> None:
    over = asyncio.Event()
    posting = asyncio.create_task(load.run(over))
    try:
        await asyncio.gather(asyncio.sleep(seconds), hits)
    finally:
        over.set()
        await posting


async def _recovered(ledger: Ledger, scene: Scene, within: float) -> tuple[Evidence, list[str]]:
    """Ask the oracle until it is content, and once more a little later; or until time is up."""
    deadline, content = time.monotonic() + within, False
    while True:
        evidence = await scene.collect(ledger)
        wrong = [one for one in complaints(evidence) if one.partition(":")[0] not in scene.excused]
        if (not wrong and content) or time.monotonic() > deadline:
            return evidence, wrong
        content = not wrong
        await asyncio.sleep(STILL if content else 0.5)
