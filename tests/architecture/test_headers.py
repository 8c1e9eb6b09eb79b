"""What every answer tells a browser, and what no page holds: so that words of strangers can do nothing on our pages."""

from collections.abc import AsyncIterator, Iterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from candor_common.console import COOKIE
from candor_common.keys import SCOPES
from candor_common.links import customer_link
from tests.architecture.routes import House, Route, opened
from tests.contract.populated import Names, populate
from tests.worlds.embedded import World
from tests.worlds.embedded import opened as world_opened

STREAMS = "/v1/stream/"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened(tmp_path) as made:
        yield made


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with world_opened(tmp_path / "data", webhook_allow="127.0.0.0/8") as made:
        yield made


class Inline(HTMLParser):
    """Finds what would run or be styled without a file of its own."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [f"{tag} {name}" for name in given if name.startswith("on") or name == "style"]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.found.append(tag)
        self.found += [
            f"{tag} {url}" for url in _urls(given) if not url.startswith(("/", "#", "data:,", "?"))
        ]


def _urls(given: dict[str, str | None]) -> Iterator[str]:
    yield from (given[name] or "" for name in ("src", "action") if name in given)
    if (given.get("rel") or "") in ("stylesheet", "preload", "icon"):
        yield given.get("href") or ""


def faults(answer: httpx.Response) -> list[str]:
    """What is missing on an answer, or should not be there."""
    headers = answer.headers
    policy = headers.get("content-security-policy", "")
    wanted = {
        "nosniff": headers.get("x-content-type-options") == "nosniff",
        "referrer": headers.get("referrer-policy") in ("no-referrer", "same-origin"),
        "policy": "default-src 'none'" in policy and "frame-ancestors" in policy,
        "nothing inline": "unsafe-inline" not in policy or "sandbox" in policy,
        "no other host": "http" not in policy and "*" not in policy,
        "not kept": headers.get("cache-control") in ("no-store", "max-age=3600", "public, max-age=300"),
        "no server": "server" not in headers and "x-powered-by" not in headers,
    }
    found = [name for name, well in wanted.items() if not well]
    if headers.get("content-type", "").startswith("text/html") and "sandbox" not in policy:
        found += Inline(answer.text).found
    return found


async def test_every_answer_has_the_headers_also_when_it_is_a_refusal(house: House) -> None:
    headers = house.key(*SCOPES)
    wrong = {}
    for route in house.routes:
        if route.path.startswith(STREAMS):
            continue
        for proof in ({}, headers):
            answer = await house.client.request(route.method, route.address, headers=proof)
            wrong[f"{route} {answer.status_code}"] = faults(answer)
    missing = await house.client.get("/nowhere")
    wrong["nowhere"] = faults(missing)
    assert {name: found for name, found in wrong.items() if found} == {}


async def test_pages_with_something_on_them_hold_nothing_inline(world: World) -> None:
    names = await populate(world)
    wrong = {path: faults(await world.http.get(path)) for path in pages(world, names)}
    assert {path: found for path, found in wrong.items() if found} == {}


def pages(world: World, names: Names) -> Iterator[str]:
    incident, message = names["/v1/incidents"]["reference"], names["/v1/messages"]["identifier"]
    signer = world.assembly.runtime.context.signer
    yield from ("/board", "/board?q=shop", "/promises", "/charter", "/mailbox", "/request", "/call", "/docs")
    yield "/follow-ups"
    yield from (f"/incidents/{incident}", f"/mailbox/{message}", "/sign-in", "/incidents/INC-999999")
    yield customer_link(signer, "", incident)
    yield f"/survey/{signer.sign('survey', names['/v1/surveys']['identifier'])}"


async def test_a_page_with_a_link_in_its_address_tells_nobody_where_it_is(world: World) -> None:
    names = await populate(world)
    signer = world.assembly.runtime.context.signer
    survey = f"/survey/{signer.sign('survey', names['/v1/surveys']['identifier'])}"
    for path in (customer_link(signer, "", names["/v1/incidents"]["reference"]), survey):
        answer = await world.http.get(path)
        assert (answer.status_code, answer.headers["referrer-policy"]) == (200, "no-referrer")


@pytest.mark.parametrize(("url", "secure"), [("https://help.example", True), ("http://localhost", False)])
async def test_by_https_the_cookie_is_secure_and_browsers_are_told_to_stay(
    tmp_path: Path, url: str, secure: bool
) -> None:
    async with opened(tmp_path, public_url=url) as house:
        answer = await house.client.get("/sign-in")
    flags = answer.headers["set-cookie"].split("; ")
    assert flags[0].startswith(f"{COOKIE}=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(flags)
    assert ("Secure" in flags) is secure
    assert ("strict-transport-security" in answer.headers) is secure


# Whatever the forms of the console ask for; each takes what it knows.
FILLED = {
    "by": "ben",
    "cause": "A disk.",
    "measure": "Two disks.",
    "text": "It is slow.",
    "number": "+8613800000000",
    "name": "Ann",
    "id": "0192f0c1-2345-7000-8000-000000000000",
    "address": "ann@shop.example",
    "channel": "mail",
    "label": "Mine",
    "view": "mine",
    "query": "show=mine",
    "into": "0192f0c1-2345-7000-8000-000000000001",
}


async def test_no_form_of_the_console_is_taken_without_our_own_token(house: House) -> None:
    key = house.key(*SCOPES)["Authorization"].removeprefix("Bearer ")
    await sign_in(house, key)
    taken = {}
    for route in (one for one in house.routes if one.method == "POST" and is_console(one)):
        for token in ({}, {"csrf": "forged", "token": "forged"}):
            address = f"{route.address}?key=mail:ann@shop.example"
            answer = await house.client.post(address, data={**FILLED, **token})
            taken[f"{route} {sorted(token)}"] = answer.status_code
    assert {name: status for name, status in taken.items() if status != 403} == {}
    assert len(taken) >= 2 * 7


def is_console(route: Route) -> bool:
    return not route.path.startswith(("/v1/", "/v2/", "/c/", "/survey/", "/request"))


async def sign_in(house: House, key: str) -> None:
    page = await house.client.get("/sign-in")
    token = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    answer = await house.client.post("/sign-in", data={"key": key, "csrf": token})
    assert answer.status_code == 303, answer.text
