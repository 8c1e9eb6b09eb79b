"""How times and lengths of time are told on pages."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from candor_common.languages import Language
from candor_common.times import written
from candor_triage import times
from candor_triage.customer_words import WORDS
from tests.unit.triage.builders import NOON, after


@pytest.mark.parametrize(
    ("language", "zone", "said"),
    [
        ("en", "Asia/Shanghai", "Tue 3 Mar, 20:00 (China Standard Time)"),
        ("en", "UTC", "Tue 3 Mar, 12:00 (UTC)"),
        ("en", "Nowhere/Land", "Tue 3 Mar, 12:00 (UTC)"),
        ("zh-Hans", "Asia/Shanghai", "3月3日周二 20:00（北京时间）"),
        ("zh-Hant", "Asia/Taipei", "3月3日 週二 20:00（台北時間）"),
    ],
)
def test_a_moment_is_told_in_its_zone_with_the_zones_name(language: Language, zone: str, said: str) -> None:
    words = WORDS[language]
    assert written(NOON, words.locale, words.moment, zone) == said


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=59), "under 1 min"),
        (timedelta(minutes=7, seconds=59), "7 min"),
        (timedelta(minutes=-22), "22 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=1, minutes=40), "1 h 40 min"),
        (timedelta(days=2, hours=3, minutes=59), "2 d 3 h"),
        (timedelta(days=2, minutes=59), "2 d"),
    ],
)
def test_a_length_has_its_two_largest_units(span: timedelta, said: str) -> None:
    assert times.length(span) == said


def test_a_row_names_the_day_only_when_it_is_another() -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    assert times.brief(after(hours=3), NOON, shanghai) == "23:00"
    assert times.brief(after(hours=5), NOON, shanghai) == "4 Mar, 01:00"
