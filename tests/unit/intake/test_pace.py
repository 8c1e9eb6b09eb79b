"""How often somebody may come."""

from datetime import UTC, datetime, timedelta

import pytest

from candor_intake.domain.pace import Pace, Visits, network_of

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_so_many_may_come_within_the_time_and_the_others_are_told_how_long_to_wait() -> None:
    pace = Pace(2, 10 * MINUTE)
    assert [pace.wait(Visits(number, NOW), NOW + 4 * MINUTE) for number in (1, 2)] == [None, None]
    assert pace.wait(Visits(3, NOW), NOW + 4 * MINUTE) == 6 * MINUTE
    assert pace.wait(Visits(9, NOW), NOW + 9 * MINUTE) == MINUTE


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
