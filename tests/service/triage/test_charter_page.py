"""The charter as anybody may read it: in their language, with nothing of the house on it."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from string import Formatter
from typing import Any

import httpx
import pytest

from candor_common.charter import load_charter
from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_common.events import Priority, PromiseKept, PromiseState
from candor_common.keys import KeyRing, keys_path
from candor_common.languages import LANGUAGES, Language
from candor_common.working_time import Calendar, Unit, Window
from candor_triage import service
from candor_triage.charter_words import WORDS, CharterWords
from candor_triage.pages import charter
from tests.plugins.served import served_as
from tests.service.triage.conftest import ON_SQLITE, Desk
from tests.service.triage.reading import Browser, Page
from tests.unit.triage.builders import CHARTER, NOON, a_request
from tests.unit.triage.promises import a_promise

pytestmark = pytest.mark.packages("candor_triage")
HOSTING = Path(__file__).parents[3] / "deploy" / "charter" / "hosting.yaml"


@pytest.fixture
def browser(desk: Desk) -> Browser:
    KeyRing(keys_path(desk.settings)).add("somebody", ["read"])
    return Browser(desk)


async def kept(desk: Desk, id: str = "p1") -> None:
    await desk.receive(PromiseKept(promise=a_promise(id, state=PromiseState.KEPT, kept_at=NOON)))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_anybody_reads_it_in_their_language(desk: Desk, browser: Browser, language: Language) -> None:
    await kept(desk)
    answer = await browser.get("/charter", headers={"Accept-Language": language})
    assert (answer.status_code, answer.headers["Content-Language"]) == (200, language)
    assert f'<html lang="{language}">' in answer.text
    text, words = Page(answer.text).text, WORDS[language]
    said = (words.title, words.intro, words.how_kept, words.clock_time, words.after_fix)
    assert [one for one in said if one not in text] == []
    assert words.share.format(kept=1, all=1, percent=100) in text
    other = next(one for one in LANGUAGES if one != language)
    assert WORDS[other].title in (await browser.open(f"/charter?lang={other}")).text


async def test_it_says_what_a_new_request_is_promised(browser: Browser) -> None:
    text = (await browser.open("/charter")).text
    assert "Most urgent\nP1\n1 hour\n30 minutes\n1 hour\n4 hours" in text
    assert "While we wait for your answer, these clocks stand still: fix (target)" in text
    assert "We watch it for 2 days. If you write within 7 days, we take it up again" in text


async def test_nothing_of_the_house_stands_on_it(
    database: Database, clock: ManualClock, tmp_path: Path
) -> None:
    hosting = load_charter(HOSTING)
    async with served_as(Desk, service, database, clock, tmp_path, charter=HOSTING) as desk:
        KeyRing(keys_path(desk.settings)).add("somebody", ["read"])
        await desk.receive(a_request("INC-000001", subject_line="SECRET shop"))
        answer = await Browser(desk).get("/charter")
        text = Page(answer.text).text
        names = [*hosting.content.teams, *hosting.people, *hosting.clocks.calendars]
        inner = [*names, hosting.version, "SECRET", "INC-000001", "L1", "L2", "L3"]
        assert [one for one in inner if one in text.split()] == []
        assert ("csrf" in answer.text, "<script" in answer.text, "set-cookie" in answer.headers) == (
            False,
            False,
            False,
        )


async def test_people_of_the_house_see_the_rest_as_well(desk: Desk, browser: Browser) -> None:
    key = KeyRing(keys_path(desk.settings)).add("ana", ["read"])
    answer = await browser.get("/charter", headers={"Authorization": f"Bearer {key}"})
    assert CHARTER.version in answer.text
    assert "P1\nL2" in Page(answer.text).text
    assert answer.headers["Cache-Control"] == "no-store"


@ON_SQLITE
async def test_it_may_be_kept_for_a_short_time_and_by_nobody_for_somebody_else(browser: Browser) -> None:
    headers = (await browser.get("/charter")).headers
    assert headers["Cache-Control"] == "public, max-age=300"
    assert {"Cookie", "Authorization", "Accept-Language"} <= set(headers["Vary"].split(", "))
    assert "script-src" not in headers["Content-Security-Policy"]
    head = await browser._client.head("http://localhost/charter")
    assert (head.status_code, head.content) == (200, b"")


@ON_SQLITE
async def test_whoever_asks_often_makes_us_count_once_a_minute(desk: Desk, browser: Browser) -> None:
    await kept(desk)

    async def asked() -> tuple[httpx.Response, int]:
        with desk.statements() as sent:
            answer = await browser.get("/charter")
        return answer, len([one for one in sent if "triage_promise" in one])

    first, counted = await asked()
    assert ("1 of 1 (100 %)" in first.text, counted) == (True, 1)
    await kept(desk, "p2")
    again, counted = await asked()
    assert ("1 of 1 (100 %)" in again.text, counted) == (True, 0)
    desk.clock.advance(charter.COUNTED_FOR)
    later, counted = await asked()
    assert ("2 of 2 (100 %)" in later.text, counted) == (True, 1)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Mon–Fri 09:00-12:00, 13:00-18:00; Sat 10:00-12:00 (China Standard Time)"),
        ("zh-Hans", "周一至周五 09:00-12:00、13:00-18:00；周六 10:00-12:00（北京时间）"),
        ("zh-Hant", "週一至週五 09:00-12:00、13:00-18:00；週六 10:00-12:00（北京時間）"),
    ],
)
def test_a_week_is_told_in_the_language_of_the_reader(language: Language, said: str) -> None:
    usual = {day: [Window(540, 720), Window(780, 1080)] for day in ("mon", "tue", "wed", "thu", "fri")}
    calendar = Calendar.of("Asia/Shanghai", usual | {"sat": [Window(600, 720)]})
    assert charter.week_in(calendar, WORDS[language], NOON) == said


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(days=2), ("2 days", "2 天", "2 天")),
        (timedelta(hours=36), ("1 day 12 hours", "1 天 12 小时", "1 天 12 小時")),
        (timedelta(minutes=30), ("30 minutes", "30 分钟", "30 分鐘")),
        (timedelta(), ("0 minutes", "0 分钟", "0 分鐘")),
    ],
)
def test_lengths_are_told_in_the_language_of_the_reader(span: timedelta, said: tuple[str, ...]) -> None:
    assert tuple(words.length(span) for words in WORDS.values()) == said


def parts(words: CharterWords) -> dict[str, str]:
    return dict(_parts(words))


def _parts(words: CharterWords) -> Iterator[tuple[str, str]]:
    for one in fields(words):
        value: Any = getattr(words, one.name)
        if isinstance(value, Mapping):
            for key, text in value.items():
                yield f"{one.name} {key}", " ".join(text) if isinstance(text, tuple) else text
        elif isinstance(value, str):
            yield one.name, value


def test_every_text_says_the_same_in_every_language() -> None:
    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}

    english = parts(WORDS.en)
    for words in WORDS.values():
        found = parts(words)
        assert {name: places(text) for name, text in found.items()} == {
            name: places(text) for name, text in english.items()
        }
        assert set(words.units) == set(Unit)
        assert set(words.priorities) == set(Priority) - {Priority.UNKNOWN}
        assert set(words.within) == set(charter.KINDS) < set(words.kinds)
