from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_sla_timer.domain.due import due_time, next_date

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        pytest.param(
            datetime(2026, 3, 7, 23, 40, tzinfo=SHANGHAI),
            1,
            datetime(2026, 3, 8, 0, 40, tzinfo=SHANGHAI),
            id="over midnight on a weekend",
        ),
        pytest.param(
            datetime(2026, 3, 6, 17, 30, tzinfo=SHANGHAI),
            24,
            datetime(2026, 3, 7, 17, 30, tzinfo=SHANGHAI),
            id="a day is 24 hours",
        ),
        pytest.param(
            datetime(2026, 3, 7, 22, 0, tzinfo=NEW_YORK),
            8,
            datetime(2026, 3, 8, 7, 0, tzinfo=NEW_YORK),
            id="clocks go forward in New York",
        ),
        pytest.param(
            datetime(2026, 10, 31, 22, 0, tzinfo=NEW_YORK),
            8,
            datetime(2026, 11, 1, 5, 0, tzinfo=NEW_YORK),
            id="clocks go back in New York",
        ),
    ],
)
def test_a_target_is_counted_in_real_hours(start: datetime, hours: int, due: datetime) -> None:
    assert due_time(start.astimezone(UTC), timedelta(hours=hours)) == due.astimezone(UTC)


@given(st.integers(1, 10_000), st.integers(-10_000, 10_000_000))
def test_the_next_date_is_the_first_of_the_raster_that_lies_ahead(every: int, after: int) -> None:
    due_at = datetime(2026, 3, 10, tzinfo=UTC)
    span, moment = timedelta(seconds=every), due_at + timedelta(seconds=after)
    date = next_date(due_at, span, moment)
    assert (date - due_at) % span == timedelta()
    assert date > max(due_at, moment)
    assert date - span <= max(due_at, moment)
