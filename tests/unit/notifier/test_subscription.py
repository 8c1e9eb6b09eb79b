"""Which events a subscription hears of, and when a delivery is tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from candor_notifier.domain.subscription import (
    FILTERS,
    LONG_FAILURE,
    NAMES,
    SCHEDULE,
    name_of,
    pause,
    put_off,
    quiet,
    wants,
)

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def test_types_are_written_as_the_standard_allows() -> None:
    assert name_of("candor.incident.help-asked.v1") == "incident.help_asked"
    assert all(one.replace(".", "").replace("_", "").isalnum() for one in NAMES)
    assert {"incident.resolved", "promise.breached", "incident.*", "promise.*"} <= FILTERS
    assert not any(one.startswith(("request.", "message.", "survey.")) for one in FILTERS)


@pytest.mark.parametrize(
    ("types", "name", "wanted"),
    [
        ([], "incident.opened", True),
        (["incident.opened"], "incident.opened", True),
        (["incident.opened"], "incident.closed", False),
        (["promise.*"], "promise.kept", True),
        (["promise.*"], "incident.opened", False),
    ],
)
def test_a_filter_says_what_is_heard(types: list[str], name: str, wanted: bool) -> None:
    assert wants(types, name) is wanted


def test_the_pauses_are_those_of_the_standard_and_sum_up_to_three_days() -> None:
    waits = [pause(attempts, 0.0, None) for attempts in range(1, 10)]
    assert tuple(waits) == SCHEDULE
    assert sum(waits, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)


def test_jitter_only_lengthens_and_little() -> None:
    assert pause(3, 1.0, None) == timedelta(minutes=33)


def test_the_receiver_may_ask_for_longer_but_not_for_shorter() -> None:
    assert pause(1, 0.0, timedelta(hours=1)) == timedelta(hours=1)
    assert pause(2, 0.0, timedelta(seconds=1)) == timedelta(minutes=5)


def test_after_ten_attempts_it_is_given_up() -> None:
    wait = timedelta(minutes=5)
    assert put_off(9, "HTTP 500", NOON, NOON, wait).due_at == NOON + wait
    ended = put_off(10, "HTTP 500", NOON, NOON, wait)
    assert (ended.state, ended.due_at, ended.disable) == ("failed", None, "")


def test_only_who_took_nothing_for_days_is_disabled() -> None:
    ended = put_off(10, "HTTP 500", NOON + LONG_FAILURE, NOON, timedelta())
    assert ended.disable == "nothing was taken since 2026-03-03 12:00 UTC; last: HTTP 500"
    assert put_off(9, "HTTP 500", NOON + timedelta(days=9), NOON, timedelta()).disable == ""


def test_a_failing_receiver_is_left_alone_a_little_longer_each_time() -> None:
    assert [quiet(failures).total_seconds() for failures in (1, 2, 3, 9, 50)] == [1, 2, 4, 256, 300]
