"""Whatever strangers write, no header breaks and no markup gets through."""

import re
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from candor_common.events import Incident, Resolution, Update
from candor_notifier.compose import compose
from candor_notifier.domain.plain import one_line, paragraphs
from candor_notifier.render import Mail, render
from candor_notifier.store import Due
from tests.unit.notifier.builders import (
    FIXED,
    LANGUAGES,
    SENDER,
    VOICE,
    a_breach_notice,
    a_handover,
    a_promise,
    a_question,
    a_resolution,
    a_workaround,
    an_acknowledgement,
    an_estimate,
    an_incident,
    an_invitation,
    an_update,
    in_thread,
)
from tests.unit.notifier.test_compose import body, parsed

PIECES = [
    "\r\nBcc: x@y.example\r\n",
    "\nBcc: x@y.example\n",
    "\r\n\r\n",
    "\x00",
    "\x1b[31m",
    "\x85",
    "\u2028",
    "\u202egnp.exe",
    "\u2066",
    "\ufeff",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "{title}",
    "{% raw %}",
    "{0.__class__}",
    "=?utf-8?b?DQpCY2M6IHhAeQ==?=",
    "\r\n.\r\n",
    "--=_",
    "网店打不开",
    "ß" * 70,
    "&amp;lt;",
    "'",
]
EVIL = st.lists(st.sampled_from(PIECES) | st.text(max_size=20), max_size=6).map("".join)
PARSED = {"html", "head", "meta", "body", "div", "p", "strong", "br", "a"}
HEADERS = {
    *(
        "message-id",
        "date",
        "from",
        "to",
        "subject",
        "reply-to",
        "in-reply-to",
        "references",
        "x-candor-loop",
    ),
    *("auto-submitted", "x-auto-response-suppress", "precedence", "mime-version", "content-type"),
}


class Tags(HTMLParser):
    """The elements and attributes of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}


@st.composite
def hostile(draw: st.DrawFn) -> Due:
    title, owner, words = draw(EVIL), draw(EVIL), draw(EVIL)
    known = {"title": title, "owner": owner, "description": words, "team": draw(EVIL)}
    incident: Incident = an_incident(language=draw(st.sampled_from(LANGUAGES)), **known)
    due = draw(
        st.sampled_from(
            [
                an_acknowledgement(incident, a_promise()),
                an_update(Update(doing=words, expect=words), incident),
                a_question(words, incident),
                an_estimate(words, incident),
                a_workaround(words, incident),
                a_handover(incident),
                a_resolution(Resolution(cause=words, done=words, checked=words), incident),
                a_breach_notice(
                    a_promise(),
                    incident.model_copy(update={"last_update": Update(doing=words, expect=words)}),
                ),
                an_invitation(incident),
            ]
        )
    )
    return in_thread(due, draw(EVIL), "<good@shop.example>")


@settings(max_examples=1000, deadline=None)
@given(hostile())
def test_no_words_break_a_header_or_become_markup(due: Due) -> None:
    mail = render(due, VOICE)
    raw = compose(mail, due.message, due.thread, SENDER)
    back = parsed(raw)
    assert {name.lower() for name in back} <= HEADERS
    assert len(list(back)) == len(set(back))
    assert back["Bcc"] is None
    assert not re.search(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", back["Subject"])
    assert body(back, "plain").strip() == mail.text.strip()
    tags = Tags(mail.html)
    assert tags.names <= PARSED
    assert tags.attributes <= {"lang", "charset", "name", "content", "style", "href", "target", "rel"}
    _same_skeleton(mail, due)


def _same_skeleton(mail: Mail, due: Due) -> None:
    """The words have added no element to the page."""
    calm = replace(due, incident=an_incident(language=due.incident.language)) if due.incident else due
    if due.words.update:
        calm = replace(calm, words=replace(due.words, update=Update(doing="x", expect="x")))
    if due.words.resolution:
        calm = replace(calm, words=replace(due.words, resolution=FIXED))
    if due.words.question is not None:
        calm = replace(calm, words=replace(due.words, question="x"))
    if due.words.workaround is not None:
        calm = replace(calm, words=replace(due.words, workaround="x"))
    if due.words.estimate:
        said = due.words.estimate.model_copy(update={"reason": "x"})
        calm = replace(calm, words=replace(due.words, estimate=said))
    assert mail.html.count("<") == render(calm, VOICE).html.count("<")


@given(st.text())
def test_one_line_is_one_printable_line(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 120
    assert line == " ".join(line.split())
    assert one_line(line) == line


@given(st.text(alphabet=st.sampled_from("ab \r\n\x85\u2028\x00\u202e\t")))
def test_paragraphs_keep_their_line_breaks_and_lose_controls(text: str) -> None:
    cleaned = paragraphs(text)
    assert set(cleaned) <= set("ab \n\t")
    letters = [one for one in text if one in "ab"]
    assert [one for one in cleaned if one in "ab"] == letters
