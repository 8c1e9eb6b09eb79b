"""Faults that a test alone plays best: these run it, with the seed of the fault."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.faults.matrix import Fault, Play
from tests.faults.trials import Outcome


def by_tests(*tests: str) -> Play:
    """The fault is what some tests do."""

    async def play(seed: int, _seconds: float, _folder: Path) -> Outcome:
        started = time.monotonic()
        ran = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "pytest", "-q", f"--hypothesis-seed={seed}", *tests),
            env={**os.environ, "CANDOR_SEED": str(seed), "CANDOR_NO_SKIPS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        told, _ = await ran.communicate()
        wrong = [told.decode()[-2000:]] if ran.returncode else []
        return Outcome(seed, seconds=time.monotonic() - started, wrong=wrong)

    return play


FAULTS = (
    Fault(10, "Kafka refuses an event for good", by_tests("tests/contract/test_relay_refusals.py")),
    Fault(
        16,
        "Kafka no longer has what a service has not read",
        by_tests("tests/contract/test_feed.py"),
    ),
    Fault(
        22,
        "rows of the outbox are committed out of order",
        by_tests("tests/contract/test_relay.py"),
    ),
    Fault(
        30,
        "clocks change in spring and autumn; a calendar is edited",
        by_tests("tests/unit/sla_timer/test_vectors.py", "tests/unit/working_time"),
    ),
)
