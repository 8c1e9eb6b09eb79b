"""One stage on one database, product and bare in turn, in a process of its own.

`python -m tests.bench.stage STAGE --product URL-OR-FILE --bare URL-OR-FILE --seconds N --rounds N [--server PID]`
prints one line of JSON per round and batch size.
"""

import argparse
import gc
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import uvloop

from candor_common.server import spare_the_collector
from tests.bench import measure
from tests.bench.bare_stage import Content, PostgresReplay, Round, SqliteReplay, content
from tests.bench.stage_events import STREAMS
from tests.bench.stage_product import ProductStage, opened

BATCHES = (1, 10, 100)
FEWEST = 3


@dataclass(frozen=True)
class Figure:
    """What one side reached; the CPU is that of this process alone, without the database's."""

    events_per_s: float
    cpu_ms_per_event: float
    foreign: float


@dataclass(frozen=True)
class Pair:
    """Both sides in one round."""

    round: int
    batch: int
    product: Figure
    bare: Figure
    content: Content


class Bench:
    """A stage of the product and its bare counterpart over twin databases."""

    def __init__(
        self, product: ProductStage, bare: PostgresReplay | SqliteReplay, server: dict[str, int]
    ) -> None:
        self._product = product
        self._bare = bare
        self._server = server
        self._recorded: dict[int, list[Round]] = {}

    async def record(self, batch: int, seconds: float) -> None:
        """Warm up, and note what the product does for so long."""
        rounds: list[Round] = []
        until = time.perf_counter() + seconds
        while len(rounds) < FEWEST or time.perf_counter() < until:
            rounds.append(await self._product.record(self._product.prepare(batch)))
        self._recorded[batch] = rounds
        await self._product.check()

    async def compare(self, number: int, batch: int) -> Pair:
        """As many rounds of both as were recorded; who goes first changes."""
        sides = (self._of_product, self._of_bare) if number % 2 == 0 else (self._of_bare, self._of_product)
        figures = {side: await side(batch) for side in sides}
        recorded = self._recorded[batch]
        shown = content(recorded, batch * len(recorded))
        return Pair(number, batch, figures[self._of_product], figures[self._of_bare], shown)

    async def _of_product(self, batch: int) -> Figure:
        prepared = [self._product.prepare(batch) for _ in self._recorded[batch]]
        await self._product.clear()
        figure = await self._timed(self._product.process, prepared, batch)
        await self._product.check()
        return figure

    async def _of_bare(self, batch: int) -> Figure:
        await self._bare.clear()
        return await self._timed(self._bare.process, self._recorded[batch], batch)

    async def _timed(
        self, process: Callable[[Any], Awaitable[None]], rounds: Sequence[Any], batch: int
    ) -> Figure:
        gc.collect()
        gc.freeze()  # what waits to be processed is no work for the collector
        before, cpu, began = measure.read(self._server), time.process_time(), time.perf_counter()
        for one in rounds:
            await process(one)
        took, used = time.perf_counter() - began, time.process_time() - cpu
        cost = measure.between(before, measure.read(self._server))
        gc.unfreeze()
        events = batch * len(rounds)
        return Figure(events / took, 1000 * used / events, round(cost.foreign, 3))


async def run(options: argparse.Namespace) -> None:
    """Record, then compare round by round."""
    server = {"postgres": options.server} if options.server else {}
    spare_the_collector()  # as every process of the product does
    async with opened(options.stage, options.product) as product:
        bare = await _bare(options.stage, options.bare)
        bench = Bench(product, bare, server)
        for batch in BATCHES:
            await bench.record(batch, options.seconds)
        for number in range(options.rounds):
            for batch in BATCHES:
                print(json.dumps(asdict(await bench.compare(number, batch))), flush=True)
        await bare.close()


async def _bare(stage: str, where: str) -> PostgresReplay | SqliteReplay:
    async with opened(stage, where):
        pass  # the tables and positions of the product
    return await PostgresReplay.opened(where) if "://" in where else SqliteReplay(Path(where))


def main() -> None:
    """Measure one stage on one database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=sorted(STREAMS))
    parser.add_argument("--product", required=True)
    parser.add_argument("--bare", required=True)
    parser.add_argument("--seconds", type=float, default=0.6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--server", type=int, default=0)
    uvloop.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
