"""Which tests go to the same worker of a run with several, one after the other.

The marks of pytest-xdist 3.8 for this have no effect from pytest 9.2 on (its issue 1386), so tests are told by where they are.
"""

import pytest
from xdist.scheduler import LoadScopeScheduling

SHARING = ("tests/browser/", "tests/clients/", "tests/subscribers/")
"""Folders whose tests share servers or a browser that are slow to start."""
ALONE = ("tests/distributed/", "tests/faults/", "tests/operating/test_restore_distributed.py")
"""What keeps a whole machine busy: never two of these at a time."""
WHOLE = ("tests/contract/test_openapi.py", "tests/system/test_demo.py", "tests/operating/test_logs.py")
"""Files whose tests share what the first of them has set up."""


def scope(nodeid: str) -> str:
    """What a test shares with those that have to run where it runs; itself when it shares nothing."""
    if nodeid.startswith(ALONE):
        return "alone"
    return next((shared for shared in SHARING + WHOLE if nodeid.startswith(shared)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    scheduler = LoadScopeScheduling(config, log)
    scheduler._split_scope = scope
    return scheduler
