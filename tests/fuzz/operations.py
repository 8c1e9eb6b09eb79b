"""Every operation of every service, with requests that are made up anew at each run."""

import tempfile
import time
from itertools import cycle
from pathlib import Path

from candor.services import SERVICES
from tests.contract.conformance import corner_cases, explore, installed, operations
from tests.contract.openapi import document

EXAMPLES = 50


def fuzz_operations(seconds: float) -> int:
    """All corner cases of all operations, then made up ones until the time is up. Raises what schemathesis raises."""
    with tempfile.TemporaryDirectory() as folder, installed(Path(folder)) as installation:
        found = [one for service in SERVICES for one in operations(document(service))]
        for operation in found:
            for number, case in enumerate(corner_cases(operation)):
                installation.ask(installation.with_names(case) if number % 2 else case)
        until = time.monotonic() + seconds
        for operation in cycle(found):
            if time.monotonic() > until:
                break
            explore(installation, operation, EXAMPLES, anew=True)
        return len(found)
