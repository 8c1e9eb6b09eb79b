"""One target under atheris, which follows the coverage: `python -m tests.fuzz.following TARGET FOLDER SECONDS`."""

import sys
from importlib import import_module
from typing import Any


def main() -> None:
    name, folder, seconds = sys.argv[1:]
    atheris: Any = import_module("atheris")
    with atheris.instrument_imports(
        include=["candor_common", "candor_intake", "candor_triage", "candor_notifier"]
    ):
        targets = import_module("tests.fuzz.catalogue").ALL
    options = [
        f"-max_total_time={seconds}",
        "-max_len=20000",
        f"-dict={folder}/tokens",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], folder, *options], targets[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
