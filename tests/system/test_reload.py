"""A real process on a real signal: it goes by another charter without a restart, or says what is wrong with it."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from candor.charter_reload import SERVICES
from candor.cli import app
from candor_common.charter import load_charter
from tests.worlds.charters import shipped, write
from tests.worlds.processes import Process


@pytest.fixture
def house(tmp_path: Path) -> Path:
    return write(shipped(), tmp_path / "house.yaml")


@pytest.fixture
def candor(tmp_path: Path, house: Path) -> Iterator[Process]:
    given = {"CANDOR_DATA_DIR": str(tmp_path / "data"), "CANDOR_CHARTER": str(house)}
    process = Process("candor", ["-m", "candor", "up"], given, tmp_path)
    process.start()
    try:
        process.wait_until_ready()
        yield process
    finally:
        process.kill()


def ask(candor: Process, folder: Path, method: str, path: str) -> Any:
    key = (folder / "data" / "local.key").read_text().strip()
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.request(method, f"{candor.url}{path}", headers=headers, timeout=20, trust_env=False).json()


def lines_with(log: Path, words: str) -> list[str]:
    return [line for line in log.read_text("utf-8").splitlines() if words in line]


def test_a_signal_brings_another_charter_into_force_and_a_wrong_one_stops_nothing(
    candor: Process, house: Path, tmp_path: Path
) -> None:
    before = load_charter(house).version
    write(shipped() | {"renewals": 3}, house)
    after = load_charter(house).version
    candor.signal(signal.SIGHUP)
    candor.wait_until_logged(f'"version": "{after}"')
    for service in ("triage", "notifier"):
        assert ask(candor, tmp_path, "GET", f"/v1/charter/{service}")["version"] == after != before

    write(shipped() | {"renewal": 3}, house)
    candor.signal(signal.SIGHUP)
    candor.wait_until_logged("charter_refused")
    [refused] = [json.loads(line) for line in lines_with(candor.log, "charter_refused")]
    assert refused["stays"] == after
    assert "renewal: unknown key. Did you mean `renewals`?" in refused["problems"][0]
    assert ask(candor, tmp_path, "GET", "/v1/charter/triage")["version"] == after
    assert candor.ready()


def test_the_command_reaches_every_service_and_tells_what_is_wrong(
    candor: Process, house: Path, tmp_path: Path
) -> None:
    given = {"CANDOR_DATA_DIR": str(tmp_path / "data"), "CANDOR_PUBLIC_URL": candor.url}
    runner = CliRunner(env=given | {"NO_PROXY": "127.0.0.1", "COLUMNS": "200"})
    write(shipped() | {"renewals": 3}, house)
    answer = runner.invoke(app, ["charter", "reload"])
    assert answer.exit_code == 0, answer.output
    version = load_charter(house).version
    rows = [line for line in answer.stdout.splitlines() if version in line]
    assert [name for name in SERVICES if any(name in row for row in rows)] == list(SERVICES)

    write(shipped() | {"renewal": 3}, house)
    answer = runner.invoke(app, ["charter", "reload"])
    assert answer.exit_code == 1
    assert answer.stderr.startswith(f"{', '.join(SERVICES)}:\n{house}:")
    assert "renewal: unknown key. Did you mean `renewals`?" in answer.stderr
    assert f"version {version} goes on counting" in answer.stderr


def test_a_process_ends_with_the_terminal_that_it_was_started_in(tmp_path: Path) -> None:
    """The same signal, and nobody is left to stop it."""
    ours, theirs = pty.openpty()
    command = ["setsid", "--ctty", sys.executable, "-m", "candor", "up"]
    given = {
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "CANDOR_DATA_DIR": str(tmp_path / "data"),
        "CANDOR_PORT": "0",
    }
    environment = os.environ | given
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        shown = b""
        while b'"urgent": true}' not in shown:  # the last of what it has to say to the terminal
            shown += os.read(ours, 4096)
        os.close(ours)
        assert process.wait(timeout=15) == 0
