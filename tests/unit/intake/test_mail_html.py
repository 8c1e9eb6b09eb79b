"""What a reader sees of a page of HTML."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor_intake.sources.mail_quotes import new_words
from candor_intake.sources.mail_text import text_of_html

OUTLOOK = """<html xmlns:v="urn:schemas-microsoft-com:vml"><head><meta charset="utf-8"><title>no</title><style><!--
p.MsoNormal {margin:0cm;} a>b {x} --></style><!--[if gte mso 9]><xml>no</xml><![endif]--></head><body lang="EN-GB">
<div class="WordSection1"><p class="MsoNormal">The printer on floor <b>3</b> is\r\nbroken.<o:p></o:p></p>
<table class="MsoTableGrid"><tbody><tr><td width=1><p class="MsoNormal">Name</p></td>
<td><p class="MsoNormal">Zhang San</p></td></tr><tr><td><p>Phone</p></td><td><p>13800138000</p></td></tr></tbody></table>
<p class="MsoNormal"><o:p>&nbsp;</o:p></p><p class="MsoNormal">Regards</p>
<div style="border-top:solid 1pt"><p class="MsoNormal"><b>From:</b> Support &lt;support@example.com&gt;<br>
<b>Sent:</b> Tuesday<br><b>To:</b> Bob<br><b>Subject:</b> RE: [INC-001024]</p></div><p>old</p></div></body></html>"""
GMAIL = (
    '<div dir="ltr"><div>好的，已经确认。</div><div><br></div><div>谢谢</div></div><br><div class="gmail_quote">'
    '<div dir="ltr">张三 &lt;<a href="mailto:zhang@example.com">zhang@example.com</a>&gt; 于2026年3月3日周二 14:05写道：<br>'
    "</div><blockquote><p>old</p></blockquote></div>"
)
QQ = (
    "<div>还是打不开</div><div><br></div><div>------------------&nbsp;原始邮件&nbsp;------------------</div>"
    '<div style="font-size:12px"><div><b>发件人:</b>&nbsp;"支持"</div></div>'
)


def test_a_mail_of_outlook_reads_well() -> None:
    seen = "The printer on floor 3 is broken.\n\nName  Zhang San\nPhone  13800138000\n\nRegards"
    assert text_of_html(OUTLOOK).startswith(f"{seen}\n\nFrom: Support <support@example.com>\nSent: Tuesday\n")
    assert new_words(text_of_html(OUTLOOK)) == seen


def test_quotes_are_found_in_pages_of_other_clients() -> None:
    assert new_words(text_of_html(GMAIL)) == "好的，已经确认。\n\n谢谢"
    assert new_words(text_of_html(QQ)) == "还是打不开"


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<table><tr><th>Host<th>State<tr><td>web1<td>down</table>after", "Host  State\nweb1  down\nafter"),
        ("<table><tr><td>a<br>b</td><td>c</td></tr></table>", "a\nb\nc"),
        ("<table><tr><td></td><td>a</td></tr></table>", "a"),
        ("<p>x</p><table><tr><td><table><tr><td>a<td>b</table></td></tr></table>", "x\n\na  b"),
        ("a<td>b</td></table></tr></td>c", "a\nb\nc"),
        (f"<table><tr><td>{'x' * 600}<td>a</table>", f"{'x' * 600}\na"),
    ],
)
def test_short_cells_of_a_row_stand_on_one_line(page: str, text: str) -> None:
    assert text_of_html(page) == text


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<ul><li>a</li><li><p>b</p></li></ul>c", "* a\n\n* b\n\nc"),
        ("<ol><li>a<ul><li>b</ul><li>c</ol>", "1. a\n* b\n2. c"),
        ("<ol><li></li></ol>a", "a"),
        ("<li>a</ul></ol>", "* a"),
        ("<pre>if x:\n    y\n\nz</pre>a  b", "if x:\n    y\n\nz\na b"),
        ("<div style='white-space: pre-wrap'>a\nb</div>c\nd", "a\nb\nc d"),
        ("a<br>b<br><br><br><br>c", "a\nb\n\nc"),
        ("<h1>a</h1><h2>b</h2>c", "a\n\nb\n\nc"),
        ("打<span>印</span>机&nbsp;&nbsp;坏 \n 了", "打印机 坏 了"),
        ("a &amp;lt; b &lt; c", "a &lt; b < c"),
    ],
)
def test_lists_lines_and_blanks_are_as_a_reader_sees_them(page: str, text: str) -> None:
    assert text_of_html(page) == text


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<STYLE>p>a{}</STYLE><script>if (a<b) x()</script><title>t</title>a", "a"),
        ("<div style='DISPLAY : none'>b<div>b</div></div>a", "a"),
        ("<!--[if !mso]><!-->a<!--<![endif]--><!-- b --><!---->", "a"),
        ("<?xml version='1'?><!DOCTYPE html><![CDATA[b]]>a", "a"),
        ("<img alt=b><input value=b>a", "a"),
    ],
)
def test_what_a_reader_does_not_see_is_left_out(page: str, text: str) -> None:
    assert text_of_html(page) == text


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("a<div style='display:none'>b<p>c", "a\nb c"),
        ("a <!-- b", "a <!-- b"),
        ("if a <b then c", "if a <b then c"),
        ("<p class=it's>a</p>b's", "a\n\nb's"),
        ("<p title='>'>a<p title='b>c", "a\n\nc"),
        ("<div>" * 3_000 + "a" + "<b>" * 3_000 + "b", "ab"),
        ("<title>a", "a"),
        ("<div style='display:none'>" + "<script>" * 3 + "a", "a"),
        (f"a &#{'9' * 5_000};", f"a &#{'9' * 5_000};"),
    ],
)
def test_what_is_broken_or_nested_deeply_hides_no_words(page: str, text: str) -> None:
    assert text_of_html(page) == text


@pytest.fixture
def _threads_that_take_turns_often() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("_threads_that_take_turns_often")
def test_the_words_of_pages_that_are_read_at_once_do_not_mix() -> None:
    names = ["alpha", "beta", "gamma", "delta"] * 5_000
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda name: text_of_html(f"<p>{name}</p>"), names)) == names


WORDS = st.text(alphabet="abc打印机", min_size=1, max_size=5)
NAMES = ("p", "div", "b", "table", "tr", "td", "ul", "li", "br", "pre")
TAGS = st.sampled_from([*(f"<{name}>" for name in NAMES), *(f"</{name}>" for name in NAMES)])


@given(st.lists(WORDS | TAGS, max_size=100))
def test_no_word_is_lost_or_said_twice(pieces: list[str]) -> None:
    said = "".join(piece for piece in pieces if not piece.startswith("<"))
    assert "".join(text_of_html("".join(pieces)).replace("*", "").split()) == said
