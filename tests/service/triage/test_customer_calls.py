"""Who would rather be called says so on their page, with a number and when it suits them."""

import pytest

from candor_common.languages import nearest
from candor_triage.customer_words import WORDS
from tests.service.triage.conftest import ON_SQLITE, Desk
from tests.service.triage.reading import Browser, Form, Page
from tests.service.triage.test_customer_page import HOSTILE, opened

pytestmark = pytest.mark.packages("candor_triage")


def calling(page: Page) -> Form:
    [form] = [one for one in page.forms if one.action.endswith("/call")]
    return form


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Please call me.\nNumber: +49 30 1234567\nWhen: until 17:00"),
        ("zh-Hans", "请给我回电。\n电话号码：+49 30 1234567\n方便的时间：until 17:00"),
        ("zh-Hant", "請回電給我。\n電話號碼：+49 30 1234567\n方便的時間：until 17:00"),
    ],
)
async def test_whoever_wants_to_be_called_says_so_in_words_that_the_owner_reads(
    desk: Desk, browser: Browser, language: str, said: str
) -> None:
    page = await opened(desk, browser, language=language)
    page = await browser.send(calling(page), number=" +49 30 1234567 ", when="until 17:00")
    assert WORDS[nearest(language)].thanks_call in page.text
    assert await desk.entries("INC-000001", "reply") == [("Li Wei <li@example.com>", said)]


async def test_a_wish_for_a_call_that_is_sent_twice_counts_once(desk: Desk, browser: Browser) -> None:
    form = calling(await opened(desk, browser))
    await browser.send(form, number="030 1234567")
    await browser.send(form, number="030 1234567")
    [(_, said)] = await desk.entries("INC-000001", "reply")
    assert said.endswith("When: at any time")


@pytest.mark.parametrize("number", ["", " ", "call me", "123", f"+1 555 {HOSTILE[:20]}"])
async def test_a_call_needs_a_number_and_what_was_written_is_still_there(
    desk: Desk, browser: Browser, number: str
) -> None:
    page = await opened(desk, browser)
    page = await browser.send(calling(page), 422, number=number, when="at noon")
    assert "Please give a telephone number" in page.text
    assert calling(page).values == calling(page).values | {"number": number.strip(), "when": "at noon"}
    assert await desk.entries("INC-000001", "reply") == []


@ON_SQLITE
async def test_a_wish_for_a_call_that_is_too_long_is_shown_again(desk: Desk, browser: Browser) -> None:
    page = await opened(desk, browser)
    when = "after lunch, " * 20
    page = await browser.send(calling(page), 422, number="030 1234567", when=when)
    assert WORDS["en"].words_too_long.format(most=200) in page.text
    assert calling(page).values["when"] == when.strip()
    page = await browser.send(calling(page), 422, number="0" * 41, when="")
    assert (WORDS["en"].number_missing in page.text, calling(page).values["number"]) == (True, "0" * 41)
