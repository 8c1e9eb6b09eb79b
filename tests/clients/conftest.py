"""Candor as a process of its own, for the clients of others."""

from collections.abc import Iterator

import pytest

from tests.clients.instance import Instance, running


@pytest.fixture(scope="package")  # the tests of this folder run in one worker
def candor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """All five services in a process, on fresh data, listening for HTTP and SMTP."""
    with running(tmp_path_factory.mktemp("candor")) as instance:
        yield instance
