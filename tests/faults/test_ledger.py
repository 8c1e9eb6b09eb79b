"""A bounded run of the faults for each mode. `make faults` runs long; CANDOR_SEED repeats a run."""

import os
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.faults import trials
from tests.faults.trials import Outcome

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.usefixtures("alone")]

SECONDS = 20.0


def _seed() -> int:
    given = os.environ.get("CANDOR_SEED")
    return int(given) if given else random.SystemRandom().randrange(1_000_000)


@pytest.mark.parametrize("trial", [trials.embedded, trials.distributed], ids=lambda trial: trial.__name__)
async def test_what_was_accepted_is_there_once_whatever_is_killed(
    trial: Callable[[int, float, Path], Awaitable[Outcome]], tmp_path: Path
) -> None:
    seed = _seed()
    print(f"CANDOR_SEED={seed}")
    outcome = await trial(seed, SECONDS, tmp_path)
    print(trials.HEADER, outcome.row, sep="\n")
    assert outcome.counts["accepted"] > SECONDS
    assert not outcome.wrong, "\n".join([f"CANDOR_SEED={seed}", *map(str, outcome.blows), *outcome.wrong])
