"""The link to the customer's own page: who it lets in, for how long, and what is said where it does not."""

from datetime import timedelta

import pytest

from candor_common.links import INCIDENT
from tests.service.triage.conftest import ON_SQLITE, Desk
from tests.service.triage.reading import Browser
from tests.service.triage.test_customer_page import HOSTILE, link_to, opened
from tests.unit.triage.builders import NOON, a_reply, a_request, a_signal

pytestmark = pytest.mark.packages("candor_triage")


async def test_looking_changes_nothing(desk: Desk, browser: Browser) -> None:
    await opened(desk, browser)
    await desk.resolve("INC-000001")
    before = (await desk.incident("INC-000001")).version
    for path in ("", "/works", "/add", "/not-solved"):
        await browser.get(link_to(desk) + path)
    assert (await desk.incident("INC-000001")).version == before


@pytest.mark.parametrize("post", ["", "/add", "/works", "/not-solved"])
async def test_without_a_good_link_there_is_nothing(desk: Desk, browser: Browser, post: str) -> None:
    await desk.receive(a_request("INC-000001"), a_signal("INC-000080"))
    signer = desk.runtime.context.signer
    good = signer.sign(INCIDENT, "INC-000001")
    bad = [
        "nonsense",
        good[:-1],
        signer.sign("survey", "INC-000001"),
        signer.sign(INCIDENT, "INC-999999"),
        signer.sign(INCIDENT, "INC-000080"),
    ]
    for token in bad:
        answer = await (
            browser.post(f"/c/{token}{post}", {"text": "x"}) if post else browser.get(f"/c/{token}")
        )
        assert answer.status_code == 404
        assert "This link does not work" in answer.text
    assert (await desk.incident("INC-000001")).version == 1


async def test_a_link_that_leads_to_somebody_elses_incident_shows_nothing(
    desk: Desk, browser: Browser
) -> None:
    await desk.receive(a_request("INC-000001"), a_reply("INC-000001", "INC-000002"))
    await browser.open(link_to(desk, "INC-000002"), 404)


async def test_a_link_works_for_ninety_days(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001", language="en"))
    link = link_to(desk)
    desk.clock.set(NOON + timedelta(days=90))
    await browser.open(link)
    desk.clock.set(NOON + timedelta(days=90, seconds=1))
    assert "too old" in (await browser.open(link, 410)).text


@ON_SQLITE
@pytest.mark.parametrize(
    ("accepted", "title"), [("zh-TW,zh;q=0.9", "連結無法開啟"), ("", "This link does not work")]
)
async def test_a_bad_link_is_told_in_the_language_of_the_browser(
    browser: Browser, accepted: str, title: str
) -> None:
    assert title in (await browser.get("/c/nonsense", headers={"Accept-Language": accepted})).text


async def test_nobody_else_learns_the_address(desk: Desk, browser: Browser) -> None:
    await desk.receive(a_request("INC-000001", subject_line=HOSTILE, text=HOSTILE))
    answer = await browser.get(link_to(desk))
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "<script" not in answer.text
    assert "set-cookie" not in answer.headers
