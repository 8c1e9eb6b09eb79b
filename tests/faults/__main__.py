"""`python -m tests.faults`: many trials in a row, in both modes, and a table of what was run."""

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

from tests.faults import trials
from tests.faults.trials import HEADER, Outcome

TRIALS = {"embedded": trials.embedded, "distributed": trials.distributed}


def main() -> None:
    options = _options()
    outcomes: list[Outcome] = []
    for number in range(options.runs):
        for mode in options.mode or TRIALS:
            seed = options.seed + number
            print(f"{mode}, seed {seed}, {options.seconds:g} s of load", flush=True)
            outcomes.append(_run(mode, seed, options.seconds))
            print("\n".join(map(str, outcomes[-1].wrong)) or "  all there, once", flush=True)
    print("", HEADER, *(one.row for one in outcomes), sep="\n")
    sys.exit(any(one.wrong for one in outcomes))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20, help="how many seeds")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the load runs in each")
    parser.add_argument(
        "--seed", type=int, default=random.SystemRandom().randrange(1_000_000), help="the first seed"
    )
    parser.add_argument("--mode", action="append", choices=list(TRIALS), help="one mode only")
    return parser.parse_args()


def _run(mode: str, seed: int, seconds: float) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="candor-faults-") as folder:
        Path(folder).chmod(0o711)
        return asyncio.run(TRIALS[mode](seed, seconds, Path(folder)))


if __name__ == "__main__":
    main()
