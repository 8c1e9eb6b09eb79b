"""A whole Candor of its own and Debian's Chromium to look at it with.

On a machine without them these tests are skipped, which CI does not allow: there `chromium` and `playwright` are
installed.
"""

import shutil
import time
from collections.abc import Iterator

import httpx
import pytest

from candor.demo_process import Running, candor_up

pytest.importorskip("playwright", reason="the development requirements are not installed")
from playwright.sync_api import Browser, Page, sync_playwright

PATIENCE = 60_000
"""Milliseconds that anything on a page may take."""


@pytest.fixture(scope="module")
def candor() -> Iterator[Running]:
    """All five services in a process, on fresh data."""
    with candor_up() as running:
        yield running


class House:
    """What customers and the team do there over REST."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def request(self, subject: str) -> str:
        """A customer writes. Returns the reference of the incident, once it is there with its promises."""
        words = {"subject": subject, "text": "502", "from": {"address": "ann@shop.example"}, "urgent": True}
        reference = str(self._http.post("/v1/requests", json=words).raise_for_status().json()["reference"])
        until = time.monotonic() + PATIENCE / 1000
        while "Promised" not in self._http.get(f"/v1/incidents/{reference}").text:
            assert time.monotonic() < until, f"{reference} does not become an incident with promises"
            time.sleep(0.1)
        return reference

    def command(self, reference: str, name: str, **words: str) -> None:
        """A person of the team acts."""
        seen = self._http.get(f"/v1/incidents/{reference}").headers["ETag"]
        address = f"/v1/incidents/{reference}/{name}"
        body, headers = {"by": "operations"} | words, {"If-Match": seen}
        self._http.post(address, json=body, headers=headers).raise_for_status()


def reload_until(page: Page, seen: str) -> None:
    """Open the page anew until it says something that another service is to bring."""
    until = time.monotonic() + PATIENCE / 1000
    while seen not in page.locator("main").inner_text():
        assert time.monotonic() < until, f"the page does not come to say {seen!r}"
        time.sleep(0.1)
        page.reload()


@pytest.fixture(scope="module")
def house(candor: Running) -> Iterator[House]:
    key = {"Authorization": f"Bearer {candor.key}"}
    with httpx.Client(base_url=candor.url, headers=key, trust_env=False) as http:
        yield House(http)


@pytest.fixture(scope="module")  # while it is open its event loop runs, and no other test can have one
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("there is no chromium; `apt-get install chromium` brings one")
    with sync_playwright() as playwright:
        # CI runs as root, where Chromium has no sandbox; it sees nothing but our own pages.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, candor: Running) -> Iterator[Page]:
    """A page of somebody who has signed in as ana. Whatever the console of the browser reports fails the test."""
    context = chromium.new_context(base_url=candor.url, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    found = context.new_page()
    complaints: list[str] = []
    found.on("pageerror", lambda error: complaints.append(str(error)))
    found.goto("/sign-in")
    found.get_by_label("API key").fill(candor.key)
    found.get_by_label("Your name").fill("ana")
    found.get_by_role("button", name="Sign in").click()
    found.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield found
    context.close()
    assert complaints == []


@pytest.fixture
def shop(house: House) -> str:
    """The reference of an incident that a customer opened just now."""
    return house.request("Shop is down")
