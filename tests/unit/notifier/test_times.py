"""How customers are told times."""

from dataclasses import replace
from datetime import timedelta

import pytest

from candor_common.events import Contact
from candor_notifier.domain.words import WORDS
from candor_notifier.render import render
from candor_notifier.times import lasting, zone_of
from tests.unit.notifier.builders import (
    LANGUAGES,
    VOICE,
    a_handover,
    a_promise,
    after,
    an_acknowledgement,
    an_incident,
)


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


@pytest.mark.parametrize(
    ("seconds", "english", "simplified", "traditional"),
    [
        (1800, "30 minutes", "30分钟", "30 分鐘"),
        (5400, "90 minutes", "90分钟", "90 分鐘"),
        (7200, "2 hours", "2小时", "2 小時"),
        (86_400, "1 day", "1天", "1 天"),
        (119, "1 minute", "1分钟", "1 分鐘"),
        (20, "20 seconds", "20秒钟", "20 秒"),
    ],
)
def test_spans_are_told_in_the_readers_language(
    seconds: int, english: str, simplified: str, traditional: str
) -> None:
    told = [lasting(timedelta(seconds=seconds), WORDS.of(one)) for one in LANGUAGES]
    assert told == [english, simplified, traditional]


@pytest.mark.parametrize(
    ("zone", "time"),
    [
        ("America/New_York", "Tue 3 Mar, 08:00 (Eastern Standard Time)"),
        (None, "Tue 3 Mar, 21:00 (China Standard Time)"),
        ("Mars/Olympus", "Tue 3 Mar, 21:00 (China Standard Time)"),
        ("../../etc/passwd", "Tue 3 Mar, 21:00 (China Standard Time)"),
    ],
)
def test_times_are_told_in_the_readers_own_zone(zone: str | None, time: str) -> None:
    reader = an_incident(requester=Contact(address="li@shop.example", zone=zone), team="storage")
    assert time in render(a_handover(reader, a_promise()), VOICE).text


@pytest.mark.parametrize("name", ["", "\x00", "a" * 400, "/", "posix", "Europe"])
def test_what_is_no_zone_falls_back_to_that_of_the_house(name: str) -> None:
    assert zone_of(name, "Europe/Berlin") == "Europe/Berlin"
