"""Tests that keep a whole machine busy take turns: one file of them runs at a time."""

from collections.abc import Iterator

import pytest

from tests.worlds.alone import alone_on


@pytest.fixture(scope="module")
def alone(pytestconfig: pytest.Config) -> Iterator[None]:
    with alone_on(pytestconfig):
        yield
