"""What a request may be at most, at every door and at every command: refused before it is read, as a problem."""

import json
import re
from collections.abc import AsyncIterator, Sequence

import httpx
import pytest
import pytest_asyncio

from candor_common.keys import SCOPES
from candor_common.limits import SMALL_BODY
from tests.architecture.routes import House, Route, opened

TAKES_BODY = {"POST", "PUT", "PATCH"}
LARGE = ("/v1/requests", "/v1/hooks/", "/v2/", "/request")
"""Where requests come in, with files perhaps: up to `max_body_bytes`."""
MOST = 2 * SMALL_BODY
JSON = {"Content-Type": "application/json"}
PROBLEM = "application/problem+json"
# PagerDuty's clients know its answers only, in which 400 says that it is too large.
PAGERDUTY = "/v2/"


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with opened(tmp_path_factory.mktemp("limits"), max_body_bytes=MOST) as made:
        made.client.headers.update(made.key(*SCOPES))
        yield made


def taking_bodies(house: House) -> Sequence[Route]:
    return [one for one in house.routes if one.method in TAKES_BODY]


async def answers(house: House, content: bytes, headers: dict[str, str]) -> dict[str, httpx.Response]:
    """The answer of everything that takes a body."""
    return {
        str(route): await house.client.request(
            route.method, route.address, content=content, headers={"If-Match": '"1"'} | kind(route) | headers
        )
        for route in taking_bodies(house)
    }


def kind(route: Route) -> dict[str, str]:
    """The content type that is taken there."""
    return {"Content-Type": "message/rfc822"} if route.path.endswith("/email/raw") else JSON


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate, gzip", "zstd"])
async def test_nothing_is_unpacked(house: House, encoding: str) -> None:
    await refused_as_media(house, b"\x1f\x8b", {"Content-Encoding": encoding}, "identity")


@pytest.mark.parametrize("charset", ["idna", "punycode", "unicode_escape", "utf-7", '"UTF-16"'])
async def test_no_form_chooses_a_codec(house: House, charset: str) -> None:
    form = {"Content-Type": f"multipart/form-data; charset={charset}; boundary=x"}
    await refused_as_media(house, b"--x--", form, None)


async def refused_as_media(house: House, content: bytes, headers: dict[str, str], taken: str | None) -> None:
    """By whatever reads a body; `taken` is the encoding that would be."""
    found = await answers(house, content, headers)
    for route in filter(reads_json, taking_bodies(house)):
        answer, pagerduty = found[str(route)], route.path.startswith(PAGERDUTY)
        assert answer.status_code == (400 if pagerduty else 415), f"{route}: {answer.text}"
        assert pagerduty or answer.headers["Content-Type"] == PROBLEM
        assert answer.headers["Connection"] == "close"
        assert answer.headers.get("Accept-Encoding") == taken


async def test_a_body_is_limited_where_requests_come_in_and_more_so_elsewhere(house: House) -> None:
    for route in taking_bodies(house):
        most = MOST if route.path.startswith(LARGE) else SMALL_BODY
        headers = {"If-Match": '"1"'} | kind(route)
        answer = await house.client.request(
            route.method, route.address, content=b" " * (most + 1), headers=headers
        )
        if answer.status_code >= 400 and reads_json(route):
            status = 400 if route.path.startswith(PAGERDUTY) else 413
            assert answer.status_code == status, f"{route}: {answer.text}"
        # Or the server would read all of it to find the next request behind.
        assert answer.headers["Connection"] == "close", str(route)


def reads_json(route: Route) -> bool:
    """Not forms, which refuse another content type, nor what has no body at all, nor hooks of unknown sources."""
    unread = r"/v1/hooks/.*\{|/status/\{|/replay$|/reload$|/enable$|/test$|\{delivery\}|^/(?!v[12]/)"
    return re.search(unread, route.path) is None


NESTED = {
    "brackets": b"[" * 100_000,
    "closed brackets": b"[" * 50_000 + b"]" * 50_000,
    "objects": b'{"a":' * 100_000,
    "within a field": b'{"by":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "digits": b'{"by":' + b"1" * 100_000 + b"}",
    "an exponent": b'{"by":1e999999}',
    "no number": b'{"by":NaN,"limit":-Infinity}',
    "names": json.dumps({str(number): 1 for number in range(5_000)}).encode(),
    "the same name": b"{" + b",".join([b'"by":"a"'] * 50_000) + b"}",
    "half a pair": b'{"by":"\\ud800","reason":"\\udfff","name":"\\ud800","id":"\\ud800"}',
    "nothing": b'{"by":"\\u0000","reason":"\\u0000","name":"\\u0000","url":"https://a\\u0000.example"}',
    "no text": b'{"by":"\xff\xfe"}',
    "another text": '{"by":"a"}'.encode("utf-16"),
    "null": b"null",
    "empty": b"",
}


@pytest.mark.parametrize("kind", NESTED)
async def test_json_that_is_meant_to_hurt_is_refused_in_words(house: House, kind: str) -> None:
    for name, answer in (await answers(house, NESTED[kind], JSON)).items():
        if answer.status_code < 400:
            assert re.search(r"/(replay|reload|test|enable|enqueue)$", name), name
            continue
        assert answer.status_code < 500, f"{name}: {answer.text}"
        is_pagerduty = f" {PAGERDUTY}" in name
        assert answer.headers["Content-Type"].startswith((PROBLEM, "text/html")) or is_pagerduty, name


FORM = "application/x-www-form-urlencoded"
MANY = b"&".join(b"a%d=1" % number for number in range(5_000))
FORMS = {
    "many fields": (FORM, MANY),
    "a long field": (FORM, b"text=" + b"a" * 900_000),
    "a long name": (FORM, b"a" * 900_000),
    "no text": (FORM, b"text=%ff%fe%00&by=%ed%a0%80&csrf=%00&token=%00&name=%00&overall=%00"),
    "nothing": (FORM, b""),
    "many parts": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 5_000,
    ),
    "many headers": ("multipart/form-data; boundary=x", b"--x\r\n" + b"A: b\r\n" * 50_000),
    "a long header": ("multipart/form-data; boundary=x", b"--x\r\nA: " + b"b" * 500_000),
    "no name": ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n\r\n--x--"),
    "no end": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nabc',
    ),
    "no boundary": ("multipart/form-data", b"abc"),
    "an empty boundary": ("multipart/form-data; boundary=", b"--\r\n\r\n--"),
    "a long beginning": ("multipart/form-data; boundary=x", b"a" * 500_000),
    "a strange file": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="attachments"; filename="../../\x00\xff"\r\n\r\n\r\n--x--',
    ),
}


@pytest.mark.parametrize("kind", FORMS)
async def test_forms_that_are_meant_to_hurt_are_refused_in_words(house: House, kind: str) -> None:
    content_type, content = FORMS[kind]
    for name, answer in (await answers(house, content, {"Content-Type": content_type})).items():
        assert answer.status_code < 500, f"{name}: {answer.text}"


async def test_an_address_that_is_meant_to_hurt_is_refused_in_words(house: House) -> None:
    for hurts in ("%00", "%ed%a0%80", "%ff", "a" * 20_000, "9" * 40, "..%2f..%2fetc"):
        for route in house.routes:
            if "{" not in route.path:
                continue
            address = re.sub(r"\{.*?\}", hurts, route.path)
            answer = await house.client.request(route.method, address)
            assert answer.status_code < 500, f"{route} {hurts[:20]}: {answer.text}"


async def test_parameters_that_are_meant_to_hurt_are_refused_in_words(house: House) -> None:
    names = "show team kind status q cursor limit after since incident state from until rcpt mail_from lang next lacks thanks do"
    for hurts in ("%00", "%ed%a0%80", "9" * 40, "a" * 1_000, "0001-01-01T00:00:00Z"):
        query = "&".join(f"{name}={hurts}" for name in names.split())
        for route in (one for one in house.routes if not one.path.startswith("/v1/stream")):
            answer = await house.client.request(route.method, f"{route.address}?{query}")
            assert answer.status_code < 500, f"{route} {hurts[:20]}: {answer.text}"
