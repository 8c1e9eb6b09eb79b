"""`deploy/compose/upgrade` leaves as many of each service as it found, whatever state they were in, and none is away
unnoticed; with both composes."""

import json
import os
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from candor_common.provision import SERVICES
from tests.operating.engine import Container, container, install

ROOT = Path(__file__).parents[2]
UPGRADE = ROOT / "deploy/compose/upgrade"
COMPOSES = ("docker compose", "docker-compose")
BESIDES = {name: 1 for name in SERVICES if name != "triage"}


class Upgraded:
    """How the script ended, what it said, and what runs then."""

    def __init__(self, folder: Path, compose: str, containers: Sequence[Container], **more: str) -> None:
        state = install(folder, containers, more.pop("stillborn", ""))
        known = {name: value for name, value in os.environ.items() if not name.startswith("COMPOSE")}
        known["PATH"] = f"{folder}:{known['PATH']}"
        done = subprocess.run(
            [UPGRADE],
            cwd=ROOT,
            env={**known, "COMPOSE": compose, **more},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.status, self.said = done.returncode, done.stderr
        self.runs = _runs(json.loads(state.read_text())["containers"])


def _runs(containers: Sequence[Container]) -> Mapping[str, int]:
    return Counter(one["service"] for one in containers if one["id"].startswith("new-"))


def others() -> list[Container]:
    return [container(f"old-{name}", name) for name in BESIDES]


@pytest.mark.parametrize("compose", COMPOSES)
@pytest.mark.parametrize(
    ("triage", "replicas"),
    [
        ([container("a", "triage")], 1),
        ([container("a", "triage"), container("b", "triage")], 2),
        ([container("a", "triage", "unhealthy", runs=False)], 1),
        ([container("a", "triage"), container("b", "triage", "unhealthy", runs=False)], 2),
        ([], 1),
        ([container("a", "triage"), container("b", "triage", "unhealthy", runs=False, once=True)], 1),
    ],
    ids=[
        "one",
        "two",
        "one that is dead",
        "two of which one is dead",
        "none",
        "one, and one that was run by hand",
    ],
)
def test_as_many_run_afterwards_as_there_were(
    tmp_path: Path, compose: str, triage: list[Container], replicas: int
) -> None:
    done = Upgraded(tmp_path, compose, [*others(), *triage])
    assert (done.status, done.said) == (0, "")
    assert done.runs == {**BESIDES, "triage": replicas}


@pytest.mark.parametrize("compose", COMPOSES)
def test_a_service_that_does_not_come_up_at_all_is_told(tmp_path: Path, compose: str) -> None:
    done = Upgraded(tmp_path, compose, others(), stillborn="triage", WITHIN="2")
    assert done.status == 1
    assert "upgrade: triage does not get well" in done.said


def test_files_that_are_named_from_the_top_are_found(tmp_path: Path) -> None:
    done = Upgraded(tmp_path, COMPOSES[0], others(), COMPOSE_FILE="deploy/compose/compose.yaml")
    assert (done.status, done.said) == (0, "")
