"""A bounded run of the faults for each mode. `make faults` runs long; CANDOR_SEED repeats a run."""

import gc
import os
import random
from pathlib import Path

import pytest

from tests.faults.matrix import Fault
from tests.faults.matrix.processes import EVERYTHING
from tests.faults.trials import HEADER

SECONDS = 20.0


def _seed() -> int:
    given = os.environ.get("CANDOR_SEED")
    return int(given) if given else random.SystemRandom().randrange(1_000_000)


# Connections of our own client that were being opened when the other side was killed.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("fault", EVERYTHING, ids=lambda fault: fault.title.rpartition(" ")[2])
async def test_what_was_accepted_is_there_once_whatever_is_killed(fault: Fault, tmp_path: Path) -> None:
    seed = _seed()
    print(f"CANDOR_SEED={seed}")
    outcome = await fault.play(seed, SECONDS, tmp_path)
    gc.collect()
    print(HEADER, outcome.row, sep="\n")
    assert outcome.counts["accepted"] > SECONDS
    assert not outcome.wrong, "\n".join([f"CANDOR_SEED={seed}", *map(str, outcome.blows), *outcome.wrong])
