"""`python -m tests.faults`: every fault of the matrix with a seed of its own, and a table of what came of it."""

import argparse
import asyncio
import random
import sys
import tempfile
import traceback
from pathlib import Path

from tests.faults.matrix import Fault
from tests.faults.matrix.all import FAULTS
from tests.faults.trials import HEADER


def main() -> None:
    options = _options()
    rows: list[str] = []
    failed = False
    for number in range(options.runs):
        for fault in FAULTS:
            if not options.only or fault.number in options.only:
                seed = options.seed + number
                print(
                    f"{fault.number}: {fault.title}, seed {seed}, {options.seconds:g} s of load", flush=True
                )
                row, well = _run(fault, seed, options.seconds)
                rows.append(f"{fault.number:>3}  {fault.title:<58} {row}")
                failed |= not well
    print("", f"{'':>3}  {'fault':<58} {HEADER}", *rows, sep="\n")
    sys.exit(failed)


def _run(fault: Fault, seed: int, seconds: float) -> tuple[str, bool]:
    """What the table says of it, and whether all was well."""
    if missing := fault.missing():
        print(f"  not run: it needs {missing}", flush=True)
        return f"not run: it needs {missing}", True
    with tempfile.TemporaryDirectory(prefix="candor-faults-") as folder:
        Path(folder).chmod(0o711)
        try:
            outcome = asyncio.run(fault.play(seed, seconds, Path(folder)))
        except Exception:  # noqa: BLE001  # the others are to be run all the same
            traceback.print_exc()
            return "BROKE OFF", False
    print("\n".join(f"  WRONG: {one}" for one in outcome.wrong) or "  all there, once", flush=True)
    return outcome.row, not outcome.wrong


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1, help="how often each, with the next seed each time")
    parser.add_argument(
        "--seconds", type=float, default=20.0, help="how long the load runs in each, at least"
    )
    parser.add_argument("--only", type=int, action="append", help="the number of a fault; can be given again")
    parser.add_argument(
        "--seed", type=int, default=random.SystemRandom().randrange(1_000_000), help="the first seed"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
