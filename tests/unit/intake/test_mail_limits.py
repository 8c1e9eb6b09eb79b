"""Mail that is made to harm: it becomes a request that a person can look at, in little time."""

import time
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_common.events import Origin
from candor_intake.domain.inbound import BadPayload, Ignored, Request
from candor_intake.sources import mail_limits
from candor_intake.sources.mail import parse
from candor_intake.sources.mail_text import text_of_html
from tests.unit.intake.mails import a_mail, a_request

MIXED = "multipart/mixed; boundary=b"


@pytest.fixture(autouse=True)
def _in_twenty_seconds_of_work() -> Iterator[None]:
    started = time.process_time()
    yield
    assert time.process_time() - started < 20


def nested(levels: int) -> bytes:
    level = "Content-Type: multipart/mixed; boundary=b{0}\r\n\r\n--b{0}\r\n"
    return "".join(level.format(number) for number in range(levels)).encode()


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (nested(3_000), "50 levels"),
        (b"Content-Type: message/rfc822\r\n\r\n" * 3_000, "50 levels"),
        (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 50_000, "1000 parts"),
        (b"Subject: " + b"x" * 70_000 + b"\r\n\r\nbody", "too long"),
        (b"X: " + b"y\r\n z" * 60_000 + b"\r\n\r\nbody", "too long"),
        (b"".join(b"X-%d: 0123456789\r\n" % number for number in range(20_000)) + b"\r\nbody", "too long"),
        (b"Subject: x\r\n\r\n" + b"\n" * 500_000, "400000 lines"),
    ],
)
def test_a_mail_beyond_a_limit_is_a_request_that_says_so(raw: bytes, why: str) -> None:
    request = a_request(b"From: zhang@example.com\r\nMessage-ID: <one@example.com>\r\n" + raw)
    assert request.text.startswith("This mail could not be parsed: it has ")
    assert why in request.text
    assert (request.sender.address, request.dedup_key) == ("zhang@example.com", "<one@example.com>")
    assert request.origin is Origin.HUMAN


def test_what_is_unreadable_is_shown_as_it_begins() -> None:
    body = "--b\r\n\r\nThe server is down.\r\n" * 2_000
    assert "The server is down." in a_request(a_mail(body, Content_Type=MIXED)).text


def test_a_mail_that_is_too_large_is_refused() -> None:
    with pytest.raises(BadPayload, match="25 MB"):
        parse(a_mail(b"x" * mail_limits.LARGEST_BYTES))


def test_the_largest_attachment_is_accepted() -> None:
    attachment = b"--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    attachment += (b"A" * 76 + b"\r\n") * 320_000
    raw = a_mail(b"--b\r\n\r\nSee the picture.\r\n" + attachment + b"--b--", Content_Type=MIXED)
    assert a_request(raw).text == "See the picture."


def filled(unit: str, head: str = "", size: int = 80_000) -> str:
    return head + unit * ((size - len(head)) // len(unit))


PAGES = {
    "a wide column": filled("<tr><td>a", "<table><tr><td>" + "x" * 40_000),
    "wide columns within each other": filled("<tr><td>a", "<table><tr><td>" * 60 + "x" * 20_000),
    "tables within each other": filled("<table><tr><td>a"),
    "cells that share their line": filled("</table>", "<table><tr><td>a<td>" * 2_000),
    "cells over many columns": filled("<tr><td>b", "<table><tr><td colspan=99999999 rowspan=99999999>a"),
    "one row": filled("<td>a", "<table><tr>"),
    "margins": filled('<div style="margin-top:99999999px">a</div>'),
    "paddings": filled('<p style="padding-left:99999999px">a</p>'),
    "lists within each other": filled("<ul><li>a"),
    "a list set in deeply": filled("<li>a", "<ul>" * 1_000),
    "a list with a long number": filled("<li>a", f"<ol><li value={'9' * 4_000}>"),
    "blocks within each other": filled("<div>a"),
    "words of a style within each other": filled("<b>a"),
    "lines as they are": filled("a\n", "<div>" * 200 + "<pre>"),
    "attributes": "<p " + " ".join(f"a{number}=1" for number in range(9_000)) + ">a",
    "styles in a style": '<p style="' + "style:" * 13_000 + '">a',
    "comments without an end": filled("<!--a", "-->"),
    "tags without an end": filled("<b a='", "a>"),
    "scripts without an end": filled("<script>", "<div style='display:none'>a"),
    "numbers of characters": "&#" + "9" * 80_000 + ";",
}


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_takes_no_more_room_than_a_small_multiple_of_itself(kind: str) -> None:
    page = PAGES[kind]
    tracemalloc.start()
    try:
        text = text_of_html(page)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "a" in text or "9" in text
    assert len(text) <= 2 * len(page)
    assert peak < 40 * len(page)


@pytest.mark.parametrize("kind", PAGES)
def test_a_long_page_takes_little_time(kind: str) -> None:
    assert text_of_html(PAGES[kind] * 6)


MARKUP = [
    *("<table>", "<tr>", "<td>", "</td>", "</tr>", "</table>", "<th colspan=9999>", "<pre>", "</pre>", "<q>"),
    *(
        "<ul>",
        "<ol>",
        "<li>",
        "<li value=999999999>",
        "</ul>",
        "</ol>",
        "<p>",
        "</p>",
        "<br>",
        "<hr>",
        "<h1>",
    ),
    *(
        "<div style='margin:99999999em;padding-left:9999em'>",
        "</div>",
        "<span style='display:none'>",
        "</span>",
    ),
    *(
        "<!--",
        "-->",
        "<style>",
        "</style>",
        "&nbsp;",
        "&amp;",
        "&lt",
        "&#65;",
        "\n",
        " ",
        "<a href='",
        '"',
        ">",
        "好",
    ),
]


@given(st.lists(st.sampled_from(MARKUP) | st.text(max_size=3), max_size=200).map("".join))
def test_a_text_is_little_longer_than_its_page(page: str) -> None:
    assert len(text_of_html(page)) <= 2 * len(page) + 20


@pytest.mark.parametrize("name", ["To", "From", "Reply_To", "Cc", "Subject", "References", "Content_Type"])
@pytest.mark.parametrize(
    "value", ["[" * 500, "(" * 60_000, "<" * 60_000, '"' * 60_001, '\\"' * 30_000, "," * 60_000]
)
def test_brackets_and_quotes_do_no_harm_in_a_header(name: str, value: str) -> None:
    assert a_request(a_mail(**{name: value})).text == "The printer is broken."


@pytest.mark.parametrize(
    "value",
    [
        "=?a?q?b" * 9_000,
        "=?utf-8?B?" * 6_000,
        "<a@b>, " * 9_000,
        "a@" * 30_000,
        'text/plain; "' + ";" * 60_000,
    ],
)
def test_long_values_do_no_harm_in_a_header(value: str) -> None:
    for name in ("From", "To", "Subject", "Content-Type"):
        assert isinstance(parse(a_mail(**{name: value})), Request)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Content_Type", "text/plain; charset*=utf-8''%F0%28"),
        ("Content_Type", "text/plain; charset*0*=x; charset*0*=y"),
        ("Content_Type", b"text/plain; charset=\xff\xfe"),
        ("Content_Type", "multipart/mixed"),
        ("Content_Type", "multipart/mixed; boundary*=x"),
        ("Content_Transfer_Encoding", "x-uuencode"),
        ("Content_Transfer_Encoding", "base64"),
        ("Content_Transfer_Encoding", b"\xff"),
        ("Content_Disposition", "inline; filename*=unknown''x"),
    ],
)
def test_labels_that_confuse_the_library_do_no_harm(name: str, value: str | bytes) -> None:
    assert a_request(a_mail(**{name: value})).sender.address == "zhang@example.com"


FRAGMENTS = (
    b"Content-Type: multipart/alternative; boundary=b\r\n|Content-Type: message/rfc822\r\n|\r\n|--b\r\n|--b--\r\n|"
    b"Content-Type: text/html; charset=gb2312\r\n|Content-Transfer-Encoding: base64\r\n|Subject: |=?utf-8?B?|?=|"
    b"Content-Transfer-Encoding: x-uuencode\r\n|begin 644 x\r\n|From: |To: |<|>|@|\xff|\0|<div>|&#xD800;|"
    b"Content-Type: message/delivery-status\r\n|Content-Type: text/plain; charset*=|References: <"
).split(b"|")


@given(st.binary(max_size=200) | st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=6)).map(b"".join))
def test_any_bytes_are_a_request_or_ignored_or_refused(raw: bytes) -> None:
    try:
        inbound = parse(raw, own_addresses=frozenset({"a@b"}))
    except BadPayload:
        assert not raw.strip()
        return
    assert isinstance(inbound, Ignored) or inbound.dedup_key
    if isinstance(inbound, Request):
        f"{inbound.subject_line}{inbound.text}{inbound.dedup_key}{inbound.thread}".encode()
