"""The first key, once revoked, stays so, and nobody gets another one unasked."""

from pathlib import Path

import httpx
import pytest

from candor_common.keys import KeyRing
from tests.operating.candor import Embedded, ran, run
from tests.servers.process import free_port

SECRETS = ["setup", "secrets", "--folder"]


@pytest.fixture
def here(tmp_path: Path) -> dict[str, str]:
    return {"CANDOR_DATA_DIR": str(tmp_path / "data")}


def revoked(here: dict[str, str]) -> str:
    """The first key, which is worthless now."""
    key = ran(["key", "show"], here).strip()
    ran(["key", "revoke", key[5:13]], here)
    return key


def ids(here: dict[str, str]) -> list[str]:
    return [one.name for one in KeyRing(Path(here["CANDOR_DATA_DIR"]) / "keys.json").keys()]  # noqa: SIM118


def test_the_next_start_of_the_stack_makes_no_other(here: dict[str, str], tmp_path: Path) -> None:
    ran([*SECRETS, str(tmp_path)], here)
    revoked(here)
    ran([*SECRETS, str(tmp_path)], here)
    shown = run(["key", "show"], here)
    assert (shown.status, "the first key is revoked" in shown.said) == (1, True)
    assert ids(here) == []


def test_where_the_keys_are_lost_there_is_a_first_one_again(here: dict[str, str]) -> None:
    key = ran(["key", "show"], here).strip()
    (Path(here["CANDOR_DATA_DIR"]) / "keys.json").unlink()
    assert ran(["key", "show"], here).strip() != key
    assert ids(here) == ["local"]


def test_a_start_without_it_serves_those_who_have_a_key_of_their_own(tmp_path: Path) -> None:
    candor = Embedded(tmp_path, tmp_path / "data")
    first = revoked(candor.environment)
    own = candor.candor("key", "add", "mine", "-s", "read").strip()
    candor.start()
    try:
        statuses = [
            httpx.get(f"{candor.process.url}/v1/incidents", headers=headers, trust_env=False).status_code
            for headers in ({}, {"Authorization": f"Bearer {first}"}, {"Authorization": f"Bearer {own}"})
        ]
    finally:
        candor.process.kill()
    assert statuses == [401, 401, 200]
    assert ids(candor.environment) == ["mine"]


def test_nothing_starts_that_would_ask_nobody_for_a_key(here: dict[str, str]) -> None:
    revoked(here)
    done = run(["up"], {**here, "CANDOR_PORT": str(free_port())})
    assert (done.status, "all keys are revoked" in done.said) == (1, True)
