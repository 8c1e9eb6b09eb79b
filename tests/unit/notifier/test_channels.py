"""When a mail server is tried, and what its URL means."""

import ssl
from datetime import timedelta

import pytest

from candor_common.clock import ManualClock
from candor_notifier.channels.breaker import Breaker
from candor_notifier.channels.server import Server
from tests.unit.notifier.builders import NOON


def broken() -> tuple[Breaker, ManualClock]:
    clock = ManualClock(NOON)
    breaker = Breaker(clock)
    breaker.failed("refused")
    return breaker, clock


def test_after_a_failure_nothing_is_tried_for_a_second() -> None:
    breaker, clock = broken()
    assert not breaker.allows()
    clock.advance(timedelta(seconds=0.9))
    assert not breaker.allows()
    clock.advance(timedelta(seconds=0.1))
    assert breaker.allows()


def test_the_pause_doubles_up_to_a_minute() -> None:
    clock = ManualClock(NOON)
    breaker, pauses = Breaker(clock), []
    for _ in range(9):
        breaker.failed("refused")
        start = clock.now()
        while not breaker.allows():
            clock.advance(timedelta(seconds=1))
        pauses.append((clock.now() - start).total_seconds())
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_failures_under_way_together_count_once() -> None:
    breaker, clock = broken()
    breaker.failed("refused")
    breaker.failed("refused")
    clock.advance(timedelta(seconds=1))
    assert breaker.allows()


def test_one_goes_first() -> None:
    breaker, clock = broken()
    clock.advance(timedelta(seconds=1))
    with breaker.probe():
        assert not breaker.allows()
    assert breaker.allows()
    with breaker.probe():
        breaker.worked()
        assert breaker.allows()
    assert breaker.reason == ""


def test_while_all_is_well_nobody_waits_for_another() -> None:
    breaker = Breaker(ManualClock(NOON))
    with breaker.probe(), breaker.probe():
        assert breaker.allows()


def test_a_clock_that_was_set_back_does_not_lengthen_the_pause() -> None:
    breaker, clock = broken()
    clock.advance(timedelta(hours=-1))
    assert breaker.allows()


@pytest.mark.parametrize(
    ("url", "port", "tls", "start_tls", "checked"),
    [
        ("smtp://mx.example", 25, False, None, False),
        ("smtp://mx.example:2525?starttls=0", 2525, False, False, False),
        ("smtp://mx.example?starttls=1", 587, False, True, True),
        ("smtp://u:p@mx.example", 587, False, True, True),
        ("smtp://u:p@mx.example?starttls=0", 25, False, False, False),
        ("smtps://u:p@mx.example", 465, True, False, True),
    ],
)
def test_a_url_says_how_the_server_is_spoken_to(
    url: str, port: int, tls: bool, start_tls: bool | None, checked: bool
) -> None:
    server = Server.of(url, "help.example")
    assert (server.host, server.port, server.tls, server.start_tls) == ("mx.example", port, tls, start_tls)
    assert (server.context.verify_mode is ssl.CERT_REQUIRED) is checked
    assert server.context.check_hostname is checked


def test_a_login_is_read_from_the_url() -> None:
    server = Server.of("smtps://ann%40shop:p%3A%2F@mx.example", "bücher.example")
    assert (server.username, server.password) == ("ann@shop", "p:/")
    assert server.name == "xn--bcher-kva.example"
