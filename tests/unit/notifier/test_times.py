"""How customers are told times."""

from dataclasses import replace

import pytest

from candor_notifier.render import render
from tests.unit.notifier.builders import VOICE, a_promise, after, an_acknowledgement, an_incident


@pytest.mark.parametrize(
    ("language", "time"),
    [
        ("en", "Tue 3 Mar, 21:00 (China Standard Time)"),
        ("zh-Hans", "3月3日周二 21:00（北京时间）"),
        ("zh-Hant", "3月3日 週二 21:00（北京時間）"),
    ],
)
def test_times_are_told_in_the_readers_zone_and_order(language: str, time: str) -> None:
    mail = render(an_acknowledgement(an_incident(language=language), a_promise()), VOICE)
    assert time in mail.text


def test_the_zone_is_called_as_it_is_on_that_day() -> None:
    berlin = replace(VOICE, time_zone="Europe/Berlin")
    summer = a_promise(due_at=after(days=120))
    assert "(Central European Standard Time)" in render(an_acknowledgement(None, a_promise()), berlin).text
    assert "(Central European Summer Time)" in render(an_acknowledgement(None, summer), berlin).text


@pytest.mark.parametrize(
    ("language", "time"), [("en", "13:00 (UTC)"), ("zh-Hans", "13:00（UTC）"), ("zh-Hant", "13:00（UTC）")]
)
@pytest.mark.parametrize("time_zone", ["UTC", "Etc/UTC", "Zulu"])
def test_utc_is_called_utc_in_every_language(language: str, time: str, time_zone: str) -> None:
    letter = an_acknowledgement(an_incident(language=language), a_promise())
    assert time in render(letter, replace(VOICE, time_zone=time_zone)).text


def test_a_zone_that_only_keeps_the_time_of_utc_has_its_own_name() -> None:
    london = replace(VOICE, time_zone="Europe/London")
    assert "(Greenwich Mean Time)" in render(an_acknowledgement(None, a_promise()), london).text
