"""`make bench`: the product beside its bare counterparts, in rounds that take turns.

Writes bench.json and the tables in docs/performance.md. A shortened run writes bench.json alone; one with fewer than
three rounds writes nothing.
"""

import argparse
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.bench import part_accept, part_stages, part_standing, part_whole_way
from tests.bench.report import FEWEST_ROUNDS, Measured, write_between_marks, write_json
from tests.bench.session import Length, Session, machine, opened

ROOT = Path(__file__).parents[2]
JSON = ROOT / "bench.json"
DOCUMENT = ROOT / "docs" / "performance.md"

PARTS: Mapping[str, Callable[[Session], Measured]] = {
    "accept": part_accept.run,
    "stages": part_stages.run,
    "whole-way": part_whole_way.run,
    "standing": part_standing.run,
}


FAILURES = (RuntimeError, TimeoutError, AssertionError, ValueError, OSError)
"""What may end one part; the others are measured all the same."""


def main() -> None:
    """Run the parts that are wanted. Exits with 1 when one of them failed."""
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended
    failed = []
    with opened(Length.of(options.rounds, quick=options.quick)) as session:
        session.say(f"bench on {machine()}")
        for name in options.only or PARTS:
            try:
                measured = PARTS[name](session)
            except FAILURES as failure:
                session.say(f"{name} failed: {type(failure).__name__}: {failure}")
                failed.append(name)
                continue
            if options.rounds >= FEWEST_ROUNDS:
                _write(name, measured, document=not options.quick)
        session.say(f"failed: {', '.join(failed)}" if failed else "done")
    sys.exit(bool(failed))


def _write(name: str, measured: Measured, *, document: bool) -> None:
    """Write a part as soon as it is there, so that a run that is stopped was not in vain."""
    write_json(JSON, {name: measured.content()}, machine())
    text = f"Taken on {machine()}.\n\n{measured.text()}"
    sys.stdout.write(f"\n{text}\n")
    if document:
        write_between_marks(DOCUMENT, f"\n{text}\n", name)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="shorter runs, to see that everything works")
    parser.add_argument("--only", action="append", choices=sorted(PARTS), help="this part; may be repeated")
    parser.add_argument("--rounds", type=int, default=FEWEST_ROUNDS, help="3 or more, for figures that count")
    return parser


if __name__ == "__main__":
    main()
