"""Which key opens what: every route of every service, and every kind of caller."""

import asyncio
from collections.abc import AsyncIterator
from fnmatch import fnmatchcase
from pathlib import Path

import httpx
import pytest

from candor_common.keys import SCOPES
from tests.architecture.routes import House, Route, opened

ANYBODY = "anybody"
"""Without a key: public pages, doors that prove their senders by other means, and what only the house reaches."""
ALLOWED = (
    ("GET /v1/requests/*/raw", "work"),
    ("GET /requests/*", "work"),
    ("* /v1/requests*", "post"),
    ("POST /v1/hooks/email/raw", "post"),
    ("POST /v1/hooks/alertmanager", "post"),
    ("POST /v1/hooks/*", ANYBODY),
    ("POST /v2/*", ANYBODY),
    ("GET /v1/attachments/*", "read"),
    ("GET /attachments/*", "read"),
    ("* /v1/sources*", "operate"),
    ("* /v1/customers*", "operate"),
    ("* /customers*", "operate"),
    ("GET /v1/incidents*", "read"),
    ("POST /v1/incidents/*", "work"),
    ("GET /v1/stream/*", "read"),
    ("GET /v1/promises*", "read"),
    ("POST /v1/messages/preview", "work"),
    ("POST /v1/messages/status/*", ANYBODY),  # by a signed link
    ("GET /v1/messages*", "read"),
    ("* /v1/subscriptions*", "operate"),
    ("GET /v1/surveys*", "read"),
    ("GET /v1/follow-ups*", "read"),
    ("POST /v1/follow-ups/*/done", "work"),
    ("GET /v1/feedback/*", "read"),
    ("* /v1/parked/*", "operate"),
    ("* /v1/log-level/*", "operate"),
    ("* /v1/charter/*", "operate"),
    ("* /call*", "work"),
    ("GET /", "read"),
    ("GET /board*", "read"),
    ("POST /board/views*", "read"),
    ("GET /incidents/*", "read"),
    ("POST /incidents/*", "work"),
    ("GET /promises", "read"),
    ("POST /promises/*", "work"),
    ("GET /follow-ups*", "read"),
    ("POST /follow-ups/*", "work"),
    ("* /charter", ANYBODY),
    ("* /request", ANYBODY),
    ("* /request/received/*", ANYBODY),
    ("* /sign-in*", ANYBODY),
    ("POST /sign-out", ANYBODY),
    ("* /c/*", ANYBODY),
    ("* /survey/*", ANYBODY),
    ("GET /mailbox*", ANYBODY),  # on this machine; elsewhere see below
    ("GET /healthz", ANYBODY),
    ("GET /readyz", ANYBODY),
    ("GET /metrics", ANYBODY),
    ("GET /static/*", ANYBODY),
    ("* /openapi.json", ANYBODY),
    ("GET /docs", ANYBODY),
)
"""The first line that fits counts. A route that none fits is an error: say here who may."""
CALLERS = ("nobody", "a wrong key", *SCOPES)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened(tmp_path) as made:
        yield made


def allowed(route: Route) -> str | None:
    return next((who for pattern, who in ALLOWED if fnmatchcase(str(route), pattern)), None)


async def is_let_in(house: House, route: Route, headers: dict[str, str], base: str = "") -> bool:
    asking = house.client.request(route.method, base + route.address, headers=headers)
    if "/stream/" not in route.address:
        return not _refused(await asking)
    try:
        async with asyncio.timeout(2):
            return not _refused(await asking)
    except TimeoutError:
        return True  # it has no end


def _refused(answer: httpx.Response) -> bool:
    if answer.status_code == 303:
        return answer.headers["Location"].startswith("/sign-in")
    return answer.status_code in (401, 403)


async def test_every_route_says_who_may(house: House) -> None:
    assert [str(one) for one in house.routes if allowed(one) is None] == []


async def test_every_line_is_about_a_route(house: House) -> None:
    used = {next(p for p, _ in ALLOWED if fnmatchcase(str(one), p)) for one in house.routes}
    assert [pattern for pattern, _ in ALLOWED if pattern not in used] == []


async def test_every_route_lets_in_whom_it_should_and_nobody_else(house: House) -> None:
    headers = {"nobody": {}, "a wrong key": {"X-API-Key": "cand_00000000_wrong"}}
    headers |= {scope: house.key(scope) for scope in SCOPES}
    wrong = []
    for route in house.routes:
        if (who := allowed(route)) == ANYBODY:
            continue
        for caller in CALLERS:
            if await is_let_in(house, route, headers[caller]) != (caller == who):
                wrong.append(f"{route}: {caller}")
    assert wrong == []


FROM_ELSEWHERE = {
    "by a name that leads here": ("http://rebound.example", {}),
    "by a name that is no name": ("http://localhost", {"Host": "local host"}),
    "through a proxy": ("http://localhost", {"X-Forwarded-For": "203.0.113.9"}),
}


@pytest.mark.parametrize("way", FROM_ELSEWHERE)
async def test_without_any_key_nobody_from_elsewhere_is_let_in(house: House, way: str) -> None:
    base, headers = FROM_ELSEWHERE[way]
    guarded = [one for one in house.routes if allowed(one) != ANYBODY or one.path.startswith("/mailbox")]
    assert [str(one) for one in guarded if await is_let_in(house, one, headers, base)] == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:3000"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_without_any_key_a_page_of_another_site_changes_nothing(
    house: House, headers: dict[str, str]
) -> None:
    guarded = [one for one in house.routes if allowed(one) != ANYBODY and one.method not in ("GET", "HEAD")]
    assert guarded
    assert [str(one) for one in guarded if await is_let_in(house, one, headers)] == []


async def test_where_others_can_reach_us_the_console_asks_for_a_key_though_there_is_none(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, host="0.0.0.0") as house:
        guarded = [one for one in house.routes if allowed(one) != ANYBODY or one.path.startswith("/mailbox")]
        assert [str(one) for one in guarded if await is_let_in(house, one, {})] == []
