"""The customer's own page: behind a signed link, in their language, with nothing internal, and with their say."""

import re

import pytest

from candor_common.events import (
    Contact,
    IncidentReopened,
    IncidentVerified,
    PromiseBreached,
    PromiseKept,
    PromiseMade,
    PromiseState,
    RequestJoined,
)
from candor_common.languages import Language
from candor_common.links import customer_link
from candor_triage.customer_words import WORDS
from tests.service.triage.conftest import ON_SQLITE, Desk
from tests.service.triage.reading import Browser, Page
from tests.unit.triage.builders import NOON, a_reply, a_request, after
from tests.unit.triage.promises import a_promise

pytestmark = pytest.mark.packages("candor_triage")
HOSTILE = "<script>alert(1)</script>"


def link_to(desk: Desk, reference: str = "INC-000001") -> str:
    return customer_link(desk.runtime.context.signer, "", reference)


async def opened(desk: Desk, browser: Browser, **given: object) -> Page:
    await desk.receive(a_request("INC-000001", **{"language": "en"} | given))
    return await browser.open(link_to(desk))


@pytest.mark.parametrize("language", list(WORDS))
async def test_the_page_speaks_the_language_of_the_customer(
    desk: Desk, browser: Browser, language: Language
) -> None:
    await desk.receive(a_request("INC-000001", language=language))
    answer = await browser.get(link_to(desk), headers={"Accept-Language": "fr"})
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["Content-Language"] == language
    text, words = Page(answer.text).text, WORDS[language]
    for part in (words.happening, words.expect, words.next_word, words.fixed_by, words.who, words.history):
        assert part in text


async def test_promises_are_told_in_the_zone_of_the_customer(desk: Desk, browser: Browser) -> None:
    sender = Contact(address="li@example.com", zone="Asia/Shanghai")
    await desk.receive(
        a_request("INC-000001", sender=sender, language="en"), PromiseMade(promise=a_promise())
    )
    page = await browser.open(link_to(desk))
    assert "Next word by\nTue 3 Mar, 21:00 (China Standard Time)" in page.text


async def test_a_missed_promise_is_said_as_such_with_the_new_one(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001", language="en"))
    missed = a_promise(state=PromiseState.BREACHED, breached_at=after(hours=1))
    renewed = a_promise("p2", kind="next_update", due_at=after(hours=3))
    await desk.receive(PromiseBreached(promise=missed, fired_at=NOON), PromiseMade(promise=renewed))
    desk.clock.set(after(hours=2))
    text = (await browser.open(link_to(desk))).text
    assert "We promised to write to you by Tue 3 Mar, 13:00 (UTC) and did not. We are sorry." in text
    assert "Next word by\nTue 3 Mar, 15:00 (UTC)" in text


async def test_nothing_internal_stands_on_it(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001", language="en"))
    await desk.act("INC-000001", "update", doing="We look.", expect="An hour.")
    await desk.act("INC-000001", "note", text="SECRET note")
    await desk.act("INC-000001", "decision", decision="SECRET decision")
    await desk.act("INC-000001", "plan", what="SECRET plan", who="SECRET", timetable="SECRET")
    await desk.act("INC-000001", "priority", to="P1", reason="SECRET reason")
    await desk.act("INC-000001", "escalate", reason="SECRET escalation")
    await desk.receive(a_reply("INC-000001", sender=Contact(address="x@y.example"), text="SECRET of another"))
    answer = await browser.get(link_to(desk))
    assert "We look." in answer.text
    assert "SECRET" not in answer.text
    assert "P1" not in answer.text


async def test_what_they_add_is_a_reply_like_any_other(desk: Desk, browser: Browser) -> None:
    page = await opened(desk, browser)
    await desk.told()
    [form] = [one for one in page.forms if one.action.endswith("/add")]
    page = await browser.send(form, text=f"And now? {HOSTILE}")
    assert "What you wrote is with the people who work on it" in page.text
    assert f"You wrote\nTue 3 Mar, 12:00\nAnd now? {HOSTILE}" in page.text
    [joined, _state] = await desk.told()
    assert isinstance(joined, RequestJoined)
    assert await desk.entries("INC-000001", "reply") == [
        ("Li Wei <li@example.com>", f"And now? {HOSTILE}"),
    ]


async def test_what_is_sent_twice_counts_once(desk: Desk, browser: Browser) -> None:
    page = await opened(desk, browser)
    [form] = [one for one in page.forms if one.action.endswith("/add")]
    for _ in range(2):
        await browser.send(form, text="And now?")
    assert len(await desk.entries("INC-000001", "reply")) == 1


@ON_SQLITE
@pytest.mark.parametrize("text", ["", "  \n "])
async def test_no_words_are_asked_for_and_not_taken(desk: Desk, browser: Browser, text: str) -> None:
    page = await opened(desk, browser)
    [form] = [one for one in page.forms if one.action.endswith("/add")]
    assert "Please write something first." in (await browser.send(form, 422, text=text)).text
    assert (await desk.incident("INC-000001")).version == 1


LONGEST = 8000


@ON_SQLITE
async def test_line_ends_count_as_the_browser_counts_them(desk: Desk, browser: Browser) -> None:
    page = await opened(desk, browser)
    [form] = [one for one in page.forms if one.action.endswith("/add")]
    pasted = "502 Bad Gateway\r\n" * (LONGEST // 16)
    page = await browser.send(form, text=pasted)
    assert "What you wrote is with the people who work on it" in page.text
    [(_, kept)] = await desk.entries("INC-000001", "reply")
    assert kept == pasted.replace("\r\n", "\n").strip()


@ON_SQLITE
@pytest.mark.parametrize("language", list(WORDS))
@pytest.mark.parametrize("action", ["add", "not-solved"])
async def test_what_is_too_long_is_shown_again_with_the_words_kept(
    desk: Desk, browser: Browser, action: str, language: Language
) -> None:
    await opened(desk, browser, language=language)
    await desk.resolve("INC-000001")
    page = await browser.open(link_to(desk))
    [form] = [one for one in page.forms if one.action.endswith(f"/{action}")]
    assert not [given for tag, given in page.tags if tag == "textarea" and "maxlength" in given]
    pasted = f"{HOSTILE} 日志\n" + "x" * LONGEST
    page = await browser.send(form, 422, text=pasted)
    assert WORDS[language].words_too_long.format(most=LONGEST) in page.text
    [form] = [one for one in page.forms if one.action.endswith(f"/{action}")]
    assert form.values["text"] == pasted
    assert await desk.entries("INC-000001", "reply") == []


@ON_SQLITE
async def test_words_that_are_no_longer_possible_are_still_there(desk: Desk, browser: Browser) -> None:
    page = await opened(desk, browser)
    [form] = [one for one in page.forms if one.action.endswith("/add")]
    await desk.receive(a_request("INC-000002"))
    await desk.act("INC-000001", "merge", into="INC-000002")
    await desk.act("INC-000002", "cancel", reason="An advertisement.")
    page = await browser.send(form, 409, text="A log.")
    [form] = [one for one in page.forms if one.action.endswith("/add")]
    assert form.values["text"] == "A log."


async def test_their_answer_ends_the_wait(desk: Desk, browser: Browser) -> None:
    await opened(desk, browser)
    await desk.act("INC-000001", "ask", question="Since when?")
    page = await browser.open(link_to(desk))
    assert "Since when?" in page.text
    assert "As soon as we have your answer, we go on." in page.text
    [form] = [one for one in page.forms if one.action.endswith("/add")]
    await browser.send(form, text="Since noon.")
    assert (await desk.incident("INC-000001")).status == "in_progress"


async def test_they_confirm_that_it_works(desk: Desk, browser: Browser) -> None:
    page = await opened(desk, browser)
    assert [one.action.rpartition("/")[2] for one in page.forms] == ["add", "call"]
    await desk.resolve("INC-000001")
    await desk.told()
    page = await browser.open(link_to(desk))
    assert "A full disk." in page.text
    [form] = [one for one in page.forms if one.action.endswith("/works")]
    assert "We are glad that it works again." in (await browser.send(form)).text
    [verified, _state] = await desk.told()
    assert isinstance(verified, IncidentVerified)
    assert (verified.by, verified.by_customer) == ("li@example.com", True)


@pytest.mark.parametrize("text", ["", "Still 502.", "Thank you!"])
async def test_they_say_that_it_is_not_solved(desk: Desk, browser: Browser, text: str) -> None:
    await opened(desk, browser)
    await desk.resolve("INC-000001")
    await desk.told()
    page = await browser.open(link_to(desk))
    [form] = [one for one in page.forms if one.action.endswith("/not-solved")]
    page = await browser.send(form, text=text)
    assert "We take it up again" in page.text
    assert text in page.text
    assert [one for one in await desk.told() if isinstance(one, IncidentReopened)]
    assert (await desk.incident("INC-000001")).status == "reopened"


async def test_what_is_no_longer_possible_is_said_and_shown_as_it_stands(
    desk: Desk, browser: Browser
) -> None:
    await opened(desk, browser)
    await desk.resolve("INC-000001")
    page = await browser.open(link_to(desk))
    [works] = [one for one in page.forms if one.action.endswith("/works")]
    await desk.act("INC-000001", "reopen", reason="Seen again")
    page = await browser.send(works, 409)
    assert "it has changed meanwhile" in page.text
    assert "we have taken it up again" in page.text


@pytest.mark.parametrize(
    ("language", "says"),
    [
        (
            "zh-Hans",
            [
                "（共 2 项，兑现 1 项）",
                "13:00 之前与您联系，已于 3月3日周二 12:05 兑现。",
                "本页时间均为UTC。",
            ],
        ),
        (
            "zh-Hant",
            [
                "（共 2 項，兌現 1 項）",
                "13:00 之前與您聯絡，已於 3月3日 週二 12:05 兌現。",
                "本頁時間均為UTC。",
            ],
        ),
    ],
)
async def test_chinese_stands_in_its_own_brackets_and_apart_from_figures(
    desk: Desk, browser: Browser, language: str, says: list[str]
) -> None:
    await desk.receive(a_request("INC-000001", language=language))
    kept = a_promise("p2", state=PromiseState.KEPT, kept_at=after(minutes=5))
    missed = a_promise(kind="resolution", state=PromiseState.BREACHED, due_at=after(hours=2))
    await desk.receive(*(PromiseKept(promise=one) for one in (kept, missed)))
    text = (await browser.open(link_to(desk))).text
    assert [one for one in says if one not in text] == []
    assert "(" not in text
    assert not re.search(r"\d之前|\d以前", text)


async def test_what_was_promised_is_told_with_what_came_of_it(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001", language="en"))
    kept = a_promise("p2", state=PromiseState.KEPT, kept_at=after(minutes=5))
    missed = a_promise(kind="resolution", state=PromiseState.BREACHED, due_at=after(hours=2))
    inner = a_promise("p3", kind="follow_up", state=PromiseState.BREACHED, due_at=after(hours=2))
    await desk.receive(*(PromiseKept(promise=one) for one in (kept, missed, inner)))
    text = (await browser.open(link_to(desk))).text
    assert "What we promised, and what came of it\n(1 of 2 kept)" in text
    assert "To write to you by Tue 3 Mar, 13:00. Kept: we wrote at Tue 3 Mar, 12:05." in text
    assert "Our aim was a fix by Tue 3 Mar, 14:00. We did not reach it." in text


@ON_SQLITE
async def test_whoever_has_a_question_is_not_told_that_something_is_fixed(
    desk: Desk, browser: Browser
) -> None:
    page = await opened(desk, browser, subject_line="How do I add a user?", text="Where do I find it?")
    assert (await desk.incident("INC-000001")).kind == "question"
    assert "Done by (target)" in page.text
    await desk.resolve("INC-000001")
    page = await browser.open(link_to(desk))
    assert "It is done, as far as we can see." in page.text
    assert "Is it settled for you?" in page.text
    [form] = [one for one in page.forms if one.action.endswith("/works")]
    assert "We are glad that it is settled." in (await browser.send(form)).text
