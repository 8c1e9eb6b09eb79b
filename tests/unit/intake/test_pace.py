"""How often somebody may come."""

from datetime import UTC, datetime, timedelta

import pytest

from candor_intake.domain.pace import MOST_KNOWN, Pace, network_of

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_so_many_may_come_within_the_time_and_then_again() -> None:
    pace = Pace(2, 10 * MINUTE)
    assert pace.wait("a", NOW) is None
    assert pace.wait("a", NOW + 4 * MINUTE) is None
    assert pace.wait("a", NOW + 5 * MINUTE) == 5 * MINUTE
    assert pace.wait("b", NOW + 5 * MINUTE) is None
    assert pace.wait("a", NOW + 10 * MINUTE) is None
    assert pace.wait("a", NOW + 11 * MINUTE) == 3 * MINUTE


def test_it_knows_only_those_who_came_last() -> None:
    pace = Pace(1, 10 * MINUTE)
    for number in range(MOST_KNOWN + 1):
        assert pace.wait(str(number), NOW) is None
    assert pace.wait("0", NOW) is None
    assert pace.wait(str(MOST_KNOWN), NOW) == 10 * MINUTE


@pytest.mark.parametrize(
    ("peer", "forwarded", "network"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("127.0.0.1", "10.0.0.1, 198.51.100.1", "198.51.100.1"),
        ("::1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("", "", ""),
    ],
)
def test_only_what_a_proxy_on_this_machine_saw_itself_is_believed(
    peer: str, forwarded: str, network: str
) -> None:
    assert network_of(peer, forwarded) == network
