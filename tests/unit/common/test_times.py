"""How times are told to people, and what their zones are called."""

from datetime import UTC, datetime

import pytest

from candor_common.times import written

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
FORM = "{time} ({zone})"


@pytest.mark.parametrize(
    ("locale", "zone", "name"),
    [
        ("zh_Hans_CN", "Asia/Shanghai", "北京时间"),
        ("zh_Hant_TW", "Asia/Shanghai", "北京時間"),
        ("zh_Hans_CN", "PRC", "北京时间"),
        ("zh_Hans_CN", "Asia/Taipei", "台北时间"),
        ("zh_Hant_TW", "Asia/Taipei", "台北時間"),
        ("zh_Hans_CN", "Asia/Hong_Kong", "香港时间"),
        ("zh_Hant_TW", "Asia/Hong_Kong", "香港時間"),
        ("zh_Hant_TW", "Asia/Macau", "澳門時間"),
        ("zh_Hans_CN", "Asia/Singapore", "新加坡时间"),
        ("zh_Hans_CN", "Europe/Berlin", "中欧标准时间"),
        ("en_GB", "Asia/Shanghai", "China Standard Time"),
        ("en_GB", "UTC", "UTC"),
        ("zh_Hans_CN", "Etc/UTC", "UTC"),
    ],
)
def test_a_zone_is_called_what_people_call_it(locale: str, zone: str, name: str) -> None:
    assert written(NOON, locale, FORM, zone).endswith(f"({name})")


def test_the_first_zone_that_there_is_counts() -> None:
    assert written(NOON, "en_GB", FORM, "Mars/Olympus", None, "Asia/Shanghai").startswith("Tue 3 Mar, 20:00")
    assert written(NOON, "en_GB", FORM).endswith("12:00 (UTC)")
