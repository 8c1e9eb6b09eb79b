"""Follow-ups as pages: what is open, and the form that ends one as the API does."""

from typing import Any

import pytest

from candor_common.events import FollowUpDone
from candor_common.keys import KeyRing, keys_path
from candor_feedback.console_words import TEXT
from tests.plugins.served import Served
from tests.service.feedback.asking import an_invited_survey, link_to
from tests.service.triage.reading import Browser, Form, Page

pytestmark = pytest.mark.packages("candor_feedback")
HOSTILE = "<script>alert(1)</script> Write earlier."
UNHAPPY = {"overall": "1", "comment": HOSTILE}


@pytest.fixture
def browser(feedback: Served) -> Browser:
    return Browser(feedback)


async def owed(feedback: Served) -> tuple[str, str]:
    """The addresses of what an answer leads to: a call, and an answer to a suggestion."""
    link = link_to(feedback, await an_invited_survey(feedback, owner="ana"))
    await feedback.client.post(link, data=UNHAPPY)
    await feedback.told()
    listed = (await feedback.client.get("/v1/follow-ups")).json()
    call, suggestion = (f"/follow-ups/{one['follow_up']['id']}" for one in listed)
    return call, suggestion


def form_on(page: Page) -> Form:
    [form] = [one for one in page.forms if one.action.startswith("/follow-ups/")]
    return form


async def done(feedback: Served) -> list[Any]:
    return [fact.follow_up for fact in await feedback.told() if isinstance(fact, FollowUpDone)]


async def test_what_is_open_is_listed_the_earliest_due_first(feedback: Served, browser: Browser) -> None:
    assert TEXT["nothing"] in (await browser.open("/follow-ups")).text
    call, suggestion = await owed(feedback)
    page = await browser.open("/follow-ups")
    assert [one for one in page.links if one.startswith("/follow-ups/")] == [call, suggestion]
    assert HOSTILE in page.text
    assert "/incidents/INC-000001" in page.links
    await browser.send(form_on(await browser.open(call)), by="ana", answer="Called.")
    page = await browser.open("/follow-ups")
    assert [one for one in page.links if one.startswith("/follow-ups/")] == [suggestion]


async def test_a_form_ends_it_and_the_page_says_so(feedback: Served, browser: Browser) -> None:
    call, suggestion = await owed(feedback)
    page = await browser.open(call)
    assert "Only the team reads this." in page.text
    page = await browser.send(form_on(page), by=" ana ", answer="Called.\r\nAll is well. ", reply="Sorry.")
    assert ("Called." in page.text, "Sorry." in page.text, "ana, " in page.text) == (True, True, True)
    assert [one for one in page.forms if one.action == call] == []
    [one] = await done(feedback)
    assert (one.answer, one.reply) == ("Called.\nAll is well.", "Sorry.")
    page = await browser.open(suggestion)
    assert "The customer gets it in a message" in page.text
    assert "reply" not in form_on(page).values
    await browser.send(form_on(page), by="ana", answer="We will.")
    assert [one.answer for one in await done(feedback)] == ["We will."]


@pytest.mark.parametrize(
    ("words", "status", "why"),
    [
        ({"answer": ""}, 422, "The answer is missing."),
        ({"answer": "x" * 4_001}, 422, "The answer is too long: at most 4000 characters fit."),
        ({"answer": "Called.", "by": " "}, 422, "Your name is missing."),
    ],
)
async def test_what_the_api_would_refuse_is_said_and_the_words_are_still_there(
    feedback: Served, browser: Browser, words: dict[str, str], status: int, why: str
) -> None:
    call, _ = await owed(feedback)
    form = form_on(await browser.open(call))
    page = await browser.send(form, status, **{"by": "ana", "reply": "Sorry."} | words)
    assert why in page.text
    assert form_on(page).values["reply"] == "Sorry."
    assert form_on(page).values["answer"] == words["answer"]
    assert await done(feedback) == []


async def test_who_comes_second_with_other_words_reads_what_was_done(
    feedback: Served, browser: Browser
) -> None:
    call, _ = await owed(feedback)
    form = form_on(await browser.open(call))
    await browser.send(form, by="ana", answer="Called.")
    page = await browser.send(form, 409, by="ben", answer="Wrote.")
    assert "It was done on" in page.text
    assert "Called." in page.text
    assert len(await done(feedback)) == 1


async def test_only_who_may_work_ends_it_and_only_by_our_own_form(feedback: Served, browser: Browser) -> None:
    call, _ = await owed(feedback)
    words = {"by": "ana", "answer": "Called."}
    assert (await browser.post(call, words | {"csrf": "forged"})).status_code == 403
    ring = KeyRing(keys_path(feedback.settings))
    reader, worker = (
        {"Authorization": f"Bearer {ring.add(name, scopes)}"}
        for name, scopes in (("reader", ["read"]), ("worker", ["read", "work"]))
    )
    assert (await browser.get(call)).status_code == 303
    page = Page((await browser.get(call, headers=reader)).text)
    assert (form_on_all(page), TEXT["only_read"] in page.text) == ([], True)
    assert (await browser.post(call, words, headers=reader)).status_code == 303
    assert await done(feedback) == []
    assert (await browser.post(call, words, headers=worker)).headers["Location"] == call
    assert len(await done(feedback)) == 1


def form_on_all(page: Page) -> list[str]:
    return [one.action for one in page.forms if one.action.startswith("/follow-ups")]


async def test_what_is_not_there_is_a_404(browser: Browser) -> None:
    missing = "/follow-ups/00000000-0000-5000-8000-000000000000"
    assert (await browser.get(missing)).status_code == 404
