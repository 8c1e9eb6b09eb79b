"""The shipped charter, and what a charter says about promises."""

from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_common.charter import Charter, Team, check, load_charter
from candor_common.events import Grade, Level, Priority, PromiseKind

SHIPPED = load_charter()
TEXT = files("candor_common").joinpath("default_charter/charter.yaml").read_text("utf-8")

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


def _written(folder: Path, text: str) -> Charter:
    path = folder / "house.yaml"
    path.write_text(text, "utf-8")
    return load_charter(path)


def test_the_shipped_charter_has_no_problems() -> None:
    assert check() == []


def test_the_shipped_charter_keeps_the_published_standard() -> None:
    assert SHIPPED.target(PromiseKind.FIRST_RESPONSE, Priority.P1, Level.L1) == HOUR
    assert SHIPPED.target(PromiseKind.RESOLUTION, Priority.P1, Level.L1) == 4 * HOUR
    general = [
        SHIPPED.target(PromiseKind.FIRST_RESPONSE, priority, Level.L1)
        for priority in (Priority.P3, Priority.P4)
    ]
    assert general == [24 * HOUR, 24 * HOUR]


def test_the_shipped_charter_says_how_long_silence_may_last() -> None:
    told = [SHIPPED.update_every(Priority(name)) for name in ("P1", "P2", "P3", "P4")]
    assert told == [30 * MINUTE, 2 * HOUR, 8 * HOUR, 24 * HOUR]


def test_the_shipped_charter_sets_the_spans_after_a_resolution() -> None:
    assert (SHIPPED.reopen_within, SHIPPED.close_after) == (7 * DAY, 7 * DAY)
    assert (SHIPPED.survey_delay, SHIPPED.survey_expires) == (HOUR, 28 * DAY)
    assert SHIPPED.renewals == 2


@pytest.mark.parametrize("priority", [name for name in Priority if name is not Priority.UNKNOWN])
@pytest.mark.parametrize("kind", [PromiseKind.FIRST_RESPONSE, PromiseKind.RESOLUTION])
def test_l2_is_stricter_than_l1(kind: PromiseKind, priority: Priority) -> None:
    first, second = (SHIPPED.target(kind, priority, level) for level in (Level.L1, Level.L2))
    assert first is not None
    assert second is not None
    assert second < first


def test_a_level_that_is_left_out_has_the_times_of_the_one_below() -> None:
    for kind in PromiseKind:
        third, second = (SHIPPED.target(kind, Priority.P1, level) for level in (Level.L3, Level.L2))
        assert third == second


def test_the_next_update_is_promised_by_the_cadence() -> None:
    assert SHIPPED.target(PromiseKind.NEXT_UPDATE, Priority.P2, Level.L2) == 2 * HOUR


def test_a_kind_of_promise_without_a_target_has_none() -> None:
    assert SHIPPED.target(PromiseKind.UNKNOWN, Priority.P1, Level.L1) is None


@given(st.sampled_from(Grade), st.sampled_from(Grade), st.sampled_from(Level))
def test_any_impact_and_urgency_have_a_priority_and_targets(
    impact: Grade, urgency: Grade, level: Level
) -> None:
    priority = SHIPPED.priority(impact, urgency)
    assert priority is not Priority.UNKNOWN
    answer = SHIPPED.target(PromiseKind.FIRST_RESPONSE, priority, level)
    end = SHIPPED.target(PromiseKind.RESOLUTION, priority, level)
    assert answer is not None
    assert end is not None
    assert timedelta() < answer <= end
    assert SHIPPED.update_every(priority) > timedelta()


@given(st.sampled_from(Priority), st.sampled_from(Level))
def test_any_priority_has_targets_and_a_cadence(priority: Priority, level: Level) -> None:
    known = (PromiseKind.FIRST_RESPONSE, PromiseKind.NEXT_UPDATE, PromiseKind.RESOLUTION)
    assert all(SHIPPED.target(kind, priority, level) for kind in known)


def test_what_a_later_version_calls_otherwise_counts_as_the_most_urgent() -> None:
    assert SHIPPED.priority(Grade.UNKNOWN, Grade.UNKNOWN) is Priority.P1
    assert SHIPPED.update_every(Priority.UNKNOWN) == SHIPPED.update_every(Priority.P1)


def test_a_promise_is_at_risk_after_three_quarters_of_its_time() -> None:
    assert SHIPPED.warn_at(NOON, NOON + 4 * HOUR) == NOON + 3 * HOUR


def test_a_promise_that_is_due_when_it_is_made_is_at_risk_when_it_is_due() -> None:
    assert SHIPPED.warn_at(NOON, NOON) == NOON
    assert SHIPPED.warn_at(NOON, NOON - HOUR) == NOON - HOUR


@given(st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(days=3650)))
def test_the_warning_never_comes_after_the_due_time(length: timedelta) -> None:
    assert NOON <= SHIPPED.warn_at(NOON, NOON + length) <= NOON + length


def test_teams_are_found_by_their_id() -> None:
    assert SHIPPED.team("security") == Team("security", "Security", Level.L2)
    assert SHIPPED.team("disbanded") is None


def test_the_version_follows_the_content_and_not_the_comments(tmp_path: Path) -> None:
    assert load_charter() == SHIPPED
    commented = _written(tmp_path, "# ours\n" + TEXT.replace("P1: 30m", "P1:   1800s"))
    assert commented.version == SHIPPED.version
    assert _written(tmp_path, TEXT.replace("P1: 30m", "P1: 31m")).version != SHIPPED.version


def test_the_version_does_not_change_by_itself(tmp_path: Path) -> None:
    turned = TEXT.replace("{delay: 1h, expires: 28d,", "{expires: 28d, delay: 1h,")
    assert turned != TEXT
    assert _written(tmp_path, turned).version == SHIPPED.version
    assert len(SHIPPED.version) == 12


def test_what_may_be_left_out_is_what_the_shipped_charter_says(tmp_path: Path) -> None:
    optional = ("warn_at:", "renewals:", "close_after:", "survey:")
    kept = [line for line in TEXT.splitlines() if not line.startswith(optional)]
    assert _written(tmp_path, "\n".join(kept)).version == SHIPPED.version


def test_an_incident_can_be_reopened_until_it_closes_when_nothing_is_said(tmp_path: Path) -> None:
    charter = _written(tmp_path, TEXT.replace("close_after: 7d\nreopen_within: 7d\n", "close_after: 3d\n"))
    assert (charter.close_after, charter.reopen_within) == (3 * DAY, 3 * DAY)
