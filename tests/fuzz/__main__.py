"""Fuzzing for as long as one likes: `python -m tests.fuzz [--seconds 60] [--engine atheris] [target …]`.

Targets are the parsers, the doors of intake, and `openapi`, which is every operation of every service. The engine
`atheris` follows the coverage of our code; it has to be installed beside the locked requirements.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from itertools import count
from pathlib import Path

from hypothesis import given, seed, settings

from tests.fuzz.catalogue import ALL
from tests.fuzz.operations import fuzz_operations
from tests.fuzz.target import PATIENT, Target

OPENAPI = "openapi"
BATCH = 100


def by_hypothesis(target: Target, seconds: float) -> int:
    """Feed a target until the time is up; gives how many inputs it got. Raises what it raised."""
    fed, until = 0, time.monotonic() + seconds
    for number in count(time.time_ns()):
        if time.monotonic() > until:
            break

        @seed(number)
        @settings(PATIENT, max_examples=BATCH, database=None)
        @given(octets=target.inputs())
        def batch(octets: bytes) -> None:
            target(octets)

        batch()
        fed += BATCH
    return fed


def by_atheris(target: Target, seconds: float) -> int:
    """The same, in a process of its own, since the engine ends it."""
    with tempfile.TemporaryDirectory() as folder:
        for number, one in enumerate(target.seeds):
            (Path(folder) / f"seed-{number}").write_bytes(one)
        (Path(folder) / "tokens").write_text("".join(f"{_quoted(one)}\n" for one in target.tokens), "ascii")
        command = [sys.executable, "-m", "tests.fuzz.following", target.name, folder, str(int(seconds))]
        return subprocess.run(command, check=False).returncode


def _quoted(token: bytes) -> str:
    return '"' + "".join(f"\\x{one:02x}" for one in token) + '"'


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.fuzz")
    parser.add_argument("--seconds", type=float, default=30.0, help="for each target")
    parser.add_argument("--engine", choices=("hypothesis", "atheris"), default="hypothesis")
    parser.add_argument("targets", nargs="*", choices=[*ALL, OPENAPI, []], help="all by default")
    asked = parser.parse_args()
    if asked.engine == "atheris" and find_spec("atheris") is None:
        sys.exit("atheris is not installed: .venv/bin/uv pip install atheris")
    for name in asked.targets or [*ALL, OPENAPI]:
        if name == OPENAPI:
            print(f"{name}: {fuzz_operations(asked.seconds)} operations, nothing found", flush=True)
        elif asked.engine == "hypothesis":
            print(f"{name}: {by_hypothesis(ALL[name], asked.seconds)} inputs, nothing found", flush=True)
        elif by_atheris(ALL[name], asked.seconds):
            sys.exit(f"{name}: something was found; see above")


if __name__ == "__main__":
    main()
