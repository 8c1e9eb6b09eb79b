"""The programs of docs/subscribe.md, run as a reader of that page would run them."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

PAGE = Path(__file__).parents[2] / "docs" / "subscribe.md"
PATIENCE = 60.0
_PROGRAM = re.compile(r"<!-- run: (\S+) -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
T = TypeVar("T")


def programs() -> dict[str, str]:
    """Every program of the page, by the name that it has there."""
    return dict(_PROGRAM.findall(PAGE.read_text("utf-8")))


class Subscriber:
    """A program that runs, and what it has said so far."""

    def __init__(self, said: Path, wrong: Path, process: "subprocess.Popen[bytes]") -> None:
        self._said, self._wrong, self._process = said, wrong, process

    def lines(self) -> list[str]:
        """Whole lines only."""
        return self._said.read_text("utf-8").split("\n")[:-1]

    def told(self) -> list[dict[str, Any]]:
        """Its lines, where they are JSON."""
        return [json.loads(line) for line in self.lines()]

    def until(self, found: Callable[["Subscriber"], T | None]) -> T:
        """What is found in what it says; fails when that does not come."""
        deadline = time.monotonic() + PATIENCE
        while not (seen := found(self)):
            late = time.monotonic() > deadline
            assert not late, f"{self.lines()[-3:]}\n{self._wrong.read_text('utf-8', 'replace')[-2000:]}"
            time.sleep(0.1)
        return seen

    def end(self) -> list[str]:
        """Wait until it has ended well; what it said in all."""
        code = self._process.wait(PATIENCE)
        assert code == 0, self._wrong.read_text("utf-8", "replace")
        return self.lines()


@contextmanager
def started(name: str, folder: Path, environment: Mapping[str, str]) -> Iterator[Subscriber]:
    """A program of the page, in a process group of its own, until the block is left."""
    program = folder / name
    program.write_text(programs()[name], "utf-8")
    command = [sys.executable if name.endswith(".py") else "bash", str(program)]
    said, wrong = program.with_suffix(".out"), program.with_suffix(".err")
    with said.open("wb") as output, wrong.open("wb") as errors:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
    try:
        yield Subscriber(said, wrong, process)
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """As Ctrl-C would; whoever takes no notice is killed."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
