"""Lines that people write to the app in a direct message of Slack, where few use threads."""

import json
from typing import Any

import pytest

from candor_intake.domain.inbound import Request
from candor_intake.sources.slack import parse
from tests.unit.intake.doors import a_request, incidents_of


def line(minutes: float, **changes: Any) -> Request:
    """What somebody writes where they speak with us alone, so long after the first."""
    event = {
        "type": "message",
        "user": "U1",
        "text": "打印机坏了",
        "channel": "D1",
        "channel_type": "im",
        "ts": f"{1_700_000_000 + 60 * minutes:.6f}",
    }
    whole = {"type": "event_callback", "team_id": "T1", "event": event | changes}
    return a_request(parse(json.dumps(whole).encode()))


@pytest.mark.parametrize("start", [0, 2.5, 4.9, 7])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (1, 0, 2)])
def test_lines_of_a_direct_message_are_one_incident_in_whatever_order_they_come(
    start: float, order: tuple[int, ...]
) -> None:
    lines = [line(start), line(start + 1), line(start + 9.9)]
    assert len(set(incidents_of([lines[number] for number in order]))) == 1
    assert len({one.dedup_key for one in lines}) == 3


def test_with_each_line_of_a_direct_message_the_ten_minutes_begin_anew() -> None:
    assert len(set(incidents_of([line(minutes) for minutes in range(0, 61, 10)]))) == 1


def test_a_line_of_a_direct_message_much_later_is_another_incident() -> None:
    assert len(set(incidents_of([line(0), line(15)]))) == 2


def test_direct_messages_of_two_people_are_two_incidents() -> None:
    assert len(set(incidents_of([line(0), line(1, user="U9", channel="D2")]))) == 2
    assert len(set(incidents_of([line(0), line(1, user="U9")]))) == 2


def test_a_thread_in_a_direct_message_stays_with_its_first_line() -> None:
    first = line(0)
    answer = line(300, thread_ts=f"{1_700_000_000:.6f}")
    assert len(set(incidents_of([first, line(9), answer]))) == 1
    assert len(set(incidents_of([answer, first, line(9)]))) == 1
    # Our answers stand in the thread of what was written.
    assert first.thread is not None
    assert first.thread.message_id == "slack:T1/D1/1700000000.000000"


def test_lines_in_a_channel_are_incidents_of_their_own() -> None:
    for kind in ("channel", "group", "mpim", None):
        assert len(set(incidents_of([line(0, channel_type=kind), line(1, channel_type=kind)]))) == 2


@pytest.mark.parametrize("ts", ["x", "-5.0", ".5", "٣.0", "9" * 200])
def test_an_odd_time_of_a_line_does_no_harm(ts: str) -> None:
    assert line(0, ts=ts).thread
