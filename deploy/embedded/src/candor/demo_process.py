"""`candor up` as a process of its own, on a free port and a data directory that is thrown away."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

import httpx

from candor.demo_charter import write_quick_charter
from candor.up import board_link
from candor_common.keys import read_private
from candor_common.settings import Settings

LOOPBACK = "127.0.0.1"
CHARTER = "charter.yaml"
READY_WITHIN = 60.0
STOPS_WITHIN = 15.0


class DemoFailed(Exception):
    """Something that the demo expected did not happen. The message is for the person who watches."""


@dataclass(frozen=True, slots=True)
class Running:
    """A Candor that answers."""

    url: str
    key: str
    data: Path
    log: Path
    process: "subprocess.Popen[bytes]"

    @property
    def charter(self) -> Path:
        """The file that it reads its charter from."""
        return self.data.parent / CHARTER

    @property
    def board(self) -> str:
        """The address that opens the board, signed in."""
        # Constructed, so that the operator's own environment says nothing in it.
        settings = Settings.model_construct(
            data_dir=self.data, public_url=self.url, keys_file=self.data / "keys.json", signing_key=None
        )
        return board_link(settings, self.key)

    @property
    def exports(self) -> str:
        """A line for a shell, after which the `candor` command means this one."""
        known = {"PUBLIC_URL": self.url, "KEY": self.key, "DATA_DIR": str(self.data)}
        return "export " + " ".join(f"CANDOR_{name}={quote(value)}" for name, value in known.items())

    def failed(self, what: str) -> DemoFailed:
        """What went wrong, with the end of the log when the process is gone."""
        return DemoFailed(what if self.process.poll() is None else f"{what}\n{_ended(self.log)}")

    def wait(self) -> None:
        """Serve until a signal. Raises DemoFailed when the process ends by itself."""
        self.process.wait()
        raise self.failed("Candor has ended by itself.")


@contextmanager
def candor_up() -> Iterator[Running]:
    """Start Candor on fresh data, and stop it and remove its data when left. Raises DemoFailed."""
    with tempfile.TemporaryDirectory(prefix="candor-demo-") as name:
        folder, port = Path(name), _free_port()
        write_quick_charter(folder / CHARTER)
        log = folder / "candor.log"
        process = _start(_environment(folder, port), log)
        try:
            url = f"http://{LOOPBACK}:{port}"
            _wait_until_ready(process, url, log)
            yield Running(
                url, read_private(folder / "data" / "local.key") or "", folder / "data", log, process
            )
        finally:
            _stop(process)


def _start(environment: Mapping[str, str], log: Path) -> "subprocess.Popen[bytes]":
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "candor", "up"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # A Ctrl-C of the terminal is for the demo alone, which then stops Candor in order.
            start_new_session=True,
        )


def _environment(folder: Path, port: int) -> dict[str, str]:
    # None of the operator's own settings: no real mail server, broker or database takes part.
    foreign = {name: value for name, value in os.environ.items() if not name.upper().startswith("CANDOR_")}
    return {
        **foreign,
        "CANDOR_HOST": LOOPBACK,
        "CANDOR_PORT": str(port),
        "CANDOR_DATA_DIR": str(folder / "data"),
        "CANDOR_CHARTER": str(folder / CHARTER),
        "CANDOR_LOG_FORMAT": "console",
    }


def _free_port() -> int:
    with socket.socket() as candidate:
        candidate.bind((LOOPBACK, 0))
        port: int = candidate.getsockname()[1]
        return port


def _wait_until_ready(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while not _ready(url):
        if process.poll() is not None:
            raise DemoFailed(_ended(log))
        if time.monotonic() > deadline:
            raise DemoFailed(f"Candor is not ready after {READY_WITHIN:g} s.\n{_last_lines(log)}")
        time.sleep(0.1)


def _ready(url: str) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(f"{url}/readyz", timeout=5, trust_env=False).status_code == 200
    return False


def _stop(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOPS_WITHIN)
    finally:
        process.kill()
        process.wait()


def _ended(log: Path) -> str:
    return f"The process of Candor has ended; the last it said:\n{_last_lines(log)}"


def _last_lines(log: Path) -> str:
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-15:])
