"""Who is let in to the console, and what a form must prove."""

from datetime import timedelta

import pytest

from candor_common import console
from candor_common.console import COOKIE, sign_in_link
from candor_common.keys import KeyRing, keys_path
from tests.service.triage.conftest import ON_SQLITE, Desk
from tests.service.triage.reading import LOCAL, Browser
from tests.unit.triage.builders import a_request

pytestmark = [pytest.mark.packages("candor_triage"), ON_SQLITE]
PAGES = ("/", "/board", "/board?q=shop", "/incidents/INC-000001", "/promises")


def ring(desk: Desk) -> KeyRing:
    return KeyRing(keys_path(desk.settings))


async def signed_in(browser: Browser, key: str, name: str = "") -> None:
    page = await browser.open("/sign-in")
    [form] = [one for one in page.forms if one.action.startswith("/sign-in")]
    await browser.send(form, key=key, name=name)


@pytest.mark.parametrize("path", PAGES)
async def test_while_there_is_no_key_this_machine_reads_everything(
    desk: Desk, browser: Browser, path: str
) -> None:
    await desk.receive(a_request("INC-000001"))
    await browser.open(path)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("base", "headers"), [("http://rebound.example", {}), (LOCAL, {"X-Forwarded-For": "203.0.113.9"})]
)
async def test_nobody_else_reads_without_a_key(
    desk: Desk, path: str, base: str, headers: dict[str, str]
) -> None:
    answer = await desk.client.get(base + path, headers=headers)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("path", [*PAGES, "/v1/stream/board"])
async def test_with_the_first_key_everybody_needs_one(desk: Desk, browser: Browser, path: str) -> None:
    ring(desk).add("somebody", ["read"])
    assert (await browser.get(path)).status_code == (401 if path.startswith("/v1") else 303)


async def test_a_key_opens_a_session_that_comes_back_to_the_page_asked_for(
    desk: Desk, browser: Browser
) -> None:
    key = ring(desk).add("console of ana", ["read", "work"])
    page = await browser.open("/promises")
    [form] = [one for one in page.forms if one.action.startswith("/sign-in")]
    assert "Missed, and why" in (await browser.send(form, key=key, name="Ana")).text
    assert "Ana" in (await browser.open("/board")).text


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(desk: Desk, browser: Browser) -> None:
    cookie = (await browser.get("/board")).headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Max-Age=43200", "Path=/"} <= set(cookie.split("; "))


@pytest.mark.parametrize("key", ["", "nonsense", "cand_00000000_" + "x" * 43])
async def test_what_is_no_key_opens_nothing(desk: Desk, browser: Browser, key: str) -> None:
    ring(desk).add("somebody", ["read"])
    page = await browser.open("/sign-in")
    answer = await browser.post("/sign-in", page.form("/sign-in?next=/").values | {"key": key})
    assert answer.status_code == 401
    assert "This is not a key" in answer.text
    assert (await browser.get("/board")).status_code == 303


async def test_a_revoked_key_ends_its_sessions_at_once(desk: Desk, browser: Browser) -> None:
    keys = ring(desk)
    keys.add("another", ["read"])
    await signed_in(browser, keys.add("ana", ["read"]))
    await browser.open("/board")
    [mine] = [one for one in keys.keys() if one.name == "ana"]  # noqa: SIM118 - it is no mapping
    keys.revoke(mine.id)
    assert (await browser.get("/board")).status_code == 303


async def test_a_session_lasts_twelve_hours(desk: Desk, browser: Browser) -> None:
    await signed_in(browser, ring(desk).add("ana", ["read"]))
    desk.clock.set(desk.clock.now() + timedelta(hours=12))
    await browser.open("/board")
    desk.clock.set(desk.clock.now() + timedelta(seconds=1))
    assert (await browser.get("/board")).status_code == 303


async def test_signing_out_ends_the_session(desk: Desk, browser: Browser) -> None:
    await signed_in(browser, ring(desk).add("ana", ["read"]))
    page = await browser.open("/board")
    await browser.send(page.form("/sign-out"))
    assert (await browser.get("/board")).status_code == 303


async def test_who_may_only_read_gets_no_forms_and_is_told_what_the_key_lacks(
    desk: Desk, browser: Browser
) -> None:
    await desk.receive(a_request("INC-000001"))
    await signed_in(browser, ring(desk).add("reader", ["read"]))
    page = await browser.open("/incidents/INC-000001")
    assert [one.action for one in page.forms] == ["/board", "/sign-out"]
    answer = await browser.post("/incidents/INC-000001/acknowledge", {}, follow_redirects=True)
    assert "lacks the scope “work”" in answer.text
    assert (await desk.incident("INC-000001")).version == 1


async def test_the_operators_link_signs_in_by_one_click_and_not_for_ever(
    desk: Desk, browser: Browser
) -> None:
    ring(desk).add("local", ["read", "work"])
    [key] = ring(desk).keys()
    link = sign_in_link(desk.runtime.context.signer, "", key.id)
    assert "Board" in (await browser.open(link)).text
    desk.clock.set(desk.clock.now() + timedelta(hours=13))
    assert "too old" in (await browser.open(link, 401)).text


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "board"]
)
async def test_the_sign_in_leads_nowhere_else(desk: Desk, browser: Browser, back: str) -> None:
    key = ring(desk).add("ana", ["read"])
    page = await browser.open("/sign-in")
    values = page.form("/sign-in?next=/").values | {"key": key}
    answer = await browser.post("/sign-in?next=" + back, values)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


@pytest.mark.parametrize("token", ["", "nonsense", "of somebody else"])
async def test_a_form_from_elsewhere_changes_nothing(desk: Desk, browser: Browser, token: str) -> None:
    await desk.receive(a_request("INC-000001"))
    page = await browser.open("/incidents/INC-000001")
    signer = desk.runtime.context.signer
    forged = signer.sign(console.CSRF, "another visitor") if token.startswith("of") else token
    values = page.form("/incidents/INC-000001/acknowledge").values | {"by": "ana", "csrf": forged}
    answer = await browser.post("/incidents/INC-000001/acknowledge", values)
    assert answer.status_code == 403
    assert (await desk.incident("INC-000001")).version == 1


async def test_a_cookie_that_was_tampered_with_is_nobody(desk: Desk, browser: Browser) -> None:
    await signed_in(browser, ring(desk).add("ana", ["read"]))
    cookie = desk.client.cookies[COOKIE]
    desk.client.cookies.clear()
    answer = await browser.get("/board", headers={"Cookie": f"{COOKIE}={cookie[:-1]}"})
    assert answer.status_code == 303


@pytest.mark.parametrize("path", PAGES)
async def test_pages_allow_our_own_script_and_nothing_inline(desk: Desk, browser: Browser, path: str) -> None:
    await desk.receive(a_request("INC-000001"))
    answer = await browser.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


async def test_style_and_script_are_small_and_served(browser: Browser) -> None:
    style, script = await browser.get("/static/candor.css"), await browser.get("/static/candor.js")
    assert style.headers["Content-Type"].startswith("text/css")
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert len(style.content) <= 15_000
    assert len(script.content) < 10_000
