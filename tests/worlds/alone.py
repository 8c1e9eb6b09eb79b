"""Taking turns among the processes of one test run."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.plugins.real_servers import RUN


@contextmanager
def alone_on(config: pytest.Config) -> Iterator[None]:
    """Wait until no other process of this run is at work in here."""
    with (config.stash[RUN].directory / "alone.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
