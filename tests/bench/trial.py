"""One measured run of a target, the same for product and bare: load, mails, CPU, memory, foreign load.

`python -m tests.bench.trial --url URL --rate N --seconds N [--sink FILE] [--pid NAME=PID …]`
"""

import argparse
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import uvloop

from tests.bench import measure
from tests.bench.bare_model import request_body
from tests.bench.load import Delivery, Target, drive, judge, settled
from tests.bench.report import round_figures


@dataclass(frozen=True)
class Trial:
    """The figures of one run."""

    name: str
    rate: float
    seconds: float
    delivery: Delivery
    cpu_ms_per_request: float
    cores: Mapping[str, float]
    memory_mib: float
    foreign_cores: float
    rest_s: float | None
    """From the last planned moment until all processes were at rest; None when they never were."""

    @property
    def holds(self) -> bool:
        """Whether all arrived, once, the second half waited no longer than 1.5 times the first, and no queue was
        left over for longer than a second."""
        ms = self.delivery.mail_ms if self.delivery.delivered else self.delivery.accept_ms
        kept = not (self.delivery.refused or self.delivery.lost or self.delivery.doubled)
        steady = ms["second_half"] <= 1.5 * ms["first_half"] + 10
        return kept and steady and not self.delivery.drain_s > 1.0  # nan where no mail is expected


def run(target: Target, rate: float, seconds: float, seed: int, tools: Iterable[int] = ()) -> Trial:
    """Load the target once; `tools` are the pids of the sink and the like, which are ours but not its."""
    return uvloop.run(_run(target, rate, seconds, seed, list(tools)))


async def _run(target: Target, rate: float, seconds: float, seed: int, tools: list[int]) -> Trial:
    start = target.sink.stat().st_size if target.sink else 0
    before = measure.read(target.pids, tools)
    shots = await drive(target, rate, seconds, seed)
    mails = await settled(target.sink, shots, target.mails, start) if target.sink else []
    rest = measure.at_rest(target.pids)
    cost = measure.between(before, measure.read(target.pids, tools))
    delivery = judge(shots, mails, target.mails if target.sink else 0)
    return Trial(
        name=target.name,
        rate=rate,
        seconds=seconds,
        delivery=delivery,
        cpu_ms_per_request=round(cost.per_request_ms(delivery.accepted), 3),
        cores={name: round(used / seconds, 3) for name, used in cost.trees.items()},
        memory_mib=round(measure.memory_mib(list(target.pids.values())), 1),
        foreign_cores=round(cost.foreign, 3),
        rest_s=round(rest - max(shot.planned for shot in shots), 3) if rest and shots else None,
    )


def main() -> None:
    """Load an address from the command line with the bare request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sink", type=Path)
    parser.add_argument("--pid", action="append", default=[], metavar="NAME=PID")
    options = parser.parse_args()
    pids = {name: int(pid) for name, _, pid in (pair.partition("=") for pair in options.pid)}
    target = Target("target", options.url, pids, request_body, sink=options.sink)
    figures = run(target, options.rate, options.seconds, options.seed)
    print(json.dumps(round_figures(asdict(figures)), indent=1))


if __name__ == "__main__":
    main()
