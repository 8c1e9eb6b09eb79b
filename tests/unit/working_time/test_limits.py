"""What working time refuses to count."""

from datetime import UTC, date, datetime

import pytest

from candor_common.working_time import (
    ALWAYS_OPEN,
    HORIZON,
    Calendar,
    Target,
    Window,
    add,
    changed,
    due,
    elapsed,
    next_opening,
    spans,
)
from tests.unit.working_time.times import HOUR, MINUTE, MOMENT, OFFICE, SHORT, at


def test_a_calendar_with_no_opening_ahead_is_given_up() -> None:
    once = Calendar.of("UTC", {}, extra={date(2026, 3, 9): [Window.parse("09:00-10:00")]})
    assert next_opening(once, at(6, 12)) == datetime(2026, 3, 9, 9, tzinfo=UTC)
    with pytest.raises(ValueError, match="not used up in 20 years"):
        next_opening(once, datetime(2026, 3, 9, 10, tzinfo=UTC))
    with pytest.raises(ValueError, match="not used up in 20 years"):
        due(once, at(6, 12), Target.parse("61bm"))


def test_a_pause_that_goes_on_for_ever_is_given_up() -> None:
    with pytest.raises(ValueError, match="not used up in 20 years"):
        add(ALWAYS_OPEN, at(6, 12), HOUR, [(at(6, 12), datetime(8000, 1, 1, tzinfo=UTC))])


def test_time_is_counted_up_to_the_horizon() -> None:
    start = at(6, 12)
    assert add(ALWAYS_OPEN, start, HORIZON) == start + HORIZON
    assert elapsed(ALWAYS_OPEN, start, start + HORIZON) == HORIZON
    with pytest.raises(ValueError, match="too far apart"):
        elapsed(ALWAYS_OPEN, start, start + HORIZON + MOMENT)
    with pytest.raises(ValueError, match="too far apart"):
        spans(OFFICE, start, start + HORIZON + MOMENT)


def test_time_is_counted_forwards_only() -> None:
    with pytest.raises(ValueError, match="forwards only"):
        add(OFFICE, at(6, 12), -MINUTE)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 6, 12),  # noqa: DTZ001 - that is what is refused
        datetime.min.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
    ],
)
def test_an_instant_without_a_zone_or_far_from_all_calendars_is_refused(moment: datetime) -> None:
    noon = at(6, 12)
    for call in (
        lambda: next_opening(OFFICE, moment),
        lambda: elapsed(OFFICE, moment, noon),
        lambda: elapsed(OFFICE, noon, moment),
        lambda: spans(OFFICE, noon, moment),
        lambda: changed(OFFICE, SHORT, noon, moment, Target.parse("1bh")),
        lambda: add(OFFICE, noon, HOUR, [(noon, moment)]),
    ):
        with pytest.raises(ValueError, match="is not an instant with a time zone"):
            call()
