"""The forms: for the public, in three languages and without a script, and for people of ours who take calls."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from candor_common.clock import ManualClock
from candor_common.events import Channel, RequestReceived
from candor_intake import store
from candor_intake.form_page import PACE
from tests.plugins.served import Served
from tests.service.intake.fragile import Fragile
from tests.service.intake.posting import types

pytestmark = pytest.mark.packages("candor_intake")

GOOD = {"address": "zhang@example.com", "text": "The printer is broken.", "name": "Zhang", "submission": "s1"}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


async def fill_in(
    intake: Served, *files: tuple[str, bytes], lang: str = "en", **changes: str
) -> httpx.Response:
    given: Any = [("attachments", (name, content, "image/png")) for name, content in files]
    return await intake.client.post(f"/request?lang={lang}", data=GOOD | changes, files=given or None)


@pytest.mark.parametrize(
    ("asked", "browser", "language", "words"),
    [
        ("", "", "en", "How can we help?"),
        ("", "fr, zh-TW;q=0.8, en;q=0.3", "zh-Hant", "有什麼可以幫您？"),
        ("", "en;q=0.2, zh-CN", "zh-Hans", "有什么可以帮您？"),
        ("zh-Hans", "en", "zh-Hans", "有什么可以帮您？"),
    ],
)
async def test_the_form_speaks_the_language_of_the_browser_or_of_the_link(
    intake: Served, asked: str, browser: str, language: str, words: str
) -> None:
    page = await intake.client.get("/request", params={"lang": asked}, headers={"Accept-Language": browser})
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    assert words in page.text
    assert page.headers["Content-Language"] == language
    assert "<script" not in page.text


async def test_what_is_filled_in_is_a_request_and_its_reference_is_told(intake: Served) -> None:
    sent = await fill_in(intake, ("截图.png", PNG), urgent="on")
    assert sent.status_code == 303
    thanks = await intake.client.get(sent.headers["Location"])
    assert "INC-000001" in thanks.text
    [fact] = await intake.told()
    assert isinstance(fact, RequestReceived)
    assert (fact.channel, fact.sender.address, fact.urgent) == (Channel.FORM, "zhang@example.com", True)
    assert [one.name for one in fact.attachments] == ["截图.png"]
    got = await intake.client.get(f"/v1/attachments/{fact.attachments[0].sha256}")
    assert got.content == PNG


async def test_a_form_without_files_may_be_urlencoded(intake: Served) -> None:
    assert (await fill_in(intake)).status_code == 303
    assert (await intake.client.post("/request", json=GOOD)).status_code == 415


async def test_each_page_has_a_number_and_a_second_click_is_a_repeat(intake: Served) -> None:
    numbers = []
    for _ in range(2):
        page = (await intake.client.get("/request")).text
        numbers += re.findall(r'name="submission" value="([^"]+)"', page)
    assert len(set(numbers)) == 2
    sent = await asyncio.gather(*(fill_in(intake, submission=numbers[0]) for _ in range(3)))
    await fill_in(intake, submission=numbers[1])
    assert {one.status_code for one in sent} == {303}
    assert types(await intake.told()) == ["RequestReceived"] * 2


async def test_other_words_from_a_page_that_the_browser_went_back_to_are_not_lost(intake: Served) -> None:
    sent = [
        await fill_in(intake),
        await fill_in(intake, text="The mail is down, too."),
        await fill_in(intake, ("a.png", PNG)),
        await fill_in(intake, ("a.png", PNG)),
    ]
    assert {one.status_code for one in sent} == {303}
    pages = [await intake.client.get(one.headers["Location"]) for one in sent]
    named = [re.findall("INC-[0-9]+", page.text)[0] for page in pages]
    assert named == ["INC-000001", "INC-000002", "INC-000003", "INC-000003"]
    texts = [fact.text for fact in await intake.told() if isinstance(fact, RequestReceived)]
    assert texts == ["The printer is broken.", "The mail is down, too.", "The printer is broken."]


async def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(intake: Served) -> None:
    evil = '"><script>alert(1)</script>'
    page = await fill_in(intake, ("a.exe", b"MZ\0\0"), lang="zh-Hant", address="nobody", subject=evil)
    assert page.status_code == 422
    assert "這不是有效的電子郵件地址" in page.text
    assert "無法直接上傳「a.exe」" in page.text
    assert 'href="#address"' in page.text
    assert re.search(
        r'id="address"[^>]*aria-invalid="true"[^>]*aria-describedby="address-help address-fault"', page.text
    )
    assert "The printer is broken." in page.text
    assert "請重新選擇附件" in page.text
    assert 'name="submission" value="s1"' in page.text
    assert "<script" not in page.text
    assert await intake.count(store.inbound) == 0


async def test_a_program_that_fills_in_everything_is_thanked_and_ignored(intake: Served) -> None:
    sent = await fill_in(intake, website="https://spam.example")
    thanks = await intake.client.get(sent.headers["Location"])
    assert "INC-" not in thanks.text
    [row] = await intake.rows(store.inbound.select())
    assert row["ignored_because"].startswith("filled in by a program")
    assert await intake.told() == []


async def test_from_one_address_so_many_come_in_ten_minutes(intake: Served, clock: ManualClock) -> None:
    for number in range(PACE.most):
        assert (await fill_in(intake, submission=str(number))).status_code == 303
    page = await fill_in(intake, submission="more")
    assert page.status_code == 429
    assert page.headers["Retry-After"] == "600"
    assert "in 10 min" in page.text
    assert "The printer is broken." in page.text
    clock.advance(timedelta(minutes=10))
    assert (await fill_in(intake, submission="more")).status_code == 303


async def test_during_an_outage_the_words_stay_on_the_page(fragile: Fragile) -> None:
    await fragile.intake.client.get("/request")
    await fragile.take_away()
    page = await fill_in(fragile.intake, text="long " * 2_000)
    assert page.status_code == 503
    assert "We could not store your message" in page.text
    assert "long long" in page.text


async def test_a_reference_can_not_be_made_up(intake: Served) -> None:
    answer = await intake.client.get("/request/received/INC-000001?lang=en")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/request?lang=en")


# The note of a call

NOTE = {
    "name": "Li",
    "number": "+86 138 0013 8000",
    "text": "Mail is down.",
    "taken_by": "Ada",
    "submission": "c1",
}


async def test_a_note_of_a_call_is_a_request(intake: Served) -> None:
    clerk = intake.key("ada", "work")
    page = await intake.client.get("/call", headers=clerk)
    assert page.status_code == 200
    assert "Note a call" in page.text
    sent = [await intake.client.post("/call?lang=en", data=NOTE, headers=clerk) for _ in range(2)]
    assert [one.status_code for one in sent] == [303, 303]
    done = await intake.client.get(sent[0].headers["Location"], headers=clerk)
    assert "The call is noted as INC-000001." in done.text
    [fact] = await intake.told()
    assert isinstance(fact, RequestReceived)
    assert (fact.channel, fact.sender.address) == (Channel.PHONE, "+8613800138000")
    assert fact.labels["call.taken_by"] == "Ada"


async def test_another_note_from_a_page_that_the_browser_went_back_to_is_not_lost(intake: Served) -> None:
    clerk = intake.key("ada", "work")
    for text in ("Mail is down.", "The shop is down.", "The shop is down."):
        sent = await intake.client.post("/call?lang=en", data=NOTE | {"text": text}, headers=clerk)
        assert sent.status_code == 303
    texts = [fact.text for fact in await intake.told() if isinstance(fact, RequestReceived)]
    assert texts == ["Mail is down.", "The shop is down."]


async def test_what_is_wrong_with_a_note_is_said_beside_the_field(intake: Served) -> None:
    clerk = intake.key("ada", "work")
    page = await intake.client.post("/call", data=NOTE | {"number": "abc", "text": ""}, headers=clerk)
    assert page.status_code == 422
    assert "This is not a telephone number." in page.text
    assert 'value="Ada"' in page.text


async def test_only_people_of_ours_can_note_a_call(intake: Served) -> None:
    customer = intake.key("shop", "post")
    for headers in ({}, customer):
        for answer in (
            await intake.client.get("/call", headers=headers),
            await intake.client.post("/call", data=NOTE, headers=headers),
        ):
            assert (answer.status_code, answer.headers["Location"][:8]) == (303, "/sign-in")
    assert await intake.count(store.inbound) == 0


async def test_another_site_can_not_note_a_call_in_the_name_of_who_sits_at_this_machine(
    intake: Served,
) -> None:
    local = {"Host": "localhost"}
    page = await intake.client.get("/call", headers=local)
    token = re.findall(r'name="token" value="([^"]+)"', page.text)[0]
    cookie = {"Cookie": page.headers["Set-Cookie"].partition(";")[0], **local}
    intake.client.cookies.clear()
    foreign = await intake.client.post("http://localhost/call", data=NOTE, headers=local)
    assert foreign.status_code == 403
    ours = await intake.client.post("http://localhost/call", data=NOTE | {"token": token}, headers=cookie)
    assert ours.status_code == 303
