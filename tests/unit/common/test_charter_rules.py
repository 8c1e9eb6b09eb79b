"""When a rule matches, and what it gives as its reason."""

# Customers write curly apostrophes, full-width letters and full-width commas, so the examples do.

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from candor_common.charter import Charter, Classification, Facts, load_charter
from candor_common.events import Channel

TEXT = files("candor_common").joinpath("default_charter/charter.yaml").read_text("utf-8")
THEN = "then: {kind: change, impact: low, urgency: low, team: operations, lane: vip}"

Ruled = Callable[[str], Charter]


@pytest.fixture
def ruled(tmp_path: Path) -> Ruled:
    """The shipped charter with one rule, named `mine`, of which only `when` is given."""

    def load(when: str) -> Charter:
        before, after = TEXT[: TEXT.index("rules:\n")], TEXT[TEXT.index("fallback:") :]
        path = tmp_path / "house.yaml"
        path.write_text(f"{before}rules:\n  - name: mine\n    when: {when}\n    {THEN}\n{after}", "utf-8")
        return load_charter(path)

    return load


def _mail(subject_line: str, text: str = "", *, urgent: bool = False) -> Facts:
    return Facts(subject_line, text, Channel.MAIL, urgent=urgent)


def _alert(subject_line: str, severity: str, **labels: str) -> Facts:
    return Facts(subject_line, "", Channel.ALERT, severity=severity, labels=labels, is_signal=True)


def _rule(found: Classification) -> str:
    return found.reason.removeprefix("rule ").partition(":")[0]


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("port", "a report", False),
        ("port", "ports", False),
        ("port", "PORT 80", True),
        ("port", "(port)", True),
        ("port", "report, port", True),
        ("port", "ｐｏｒｔ", True),
        ("can't log in", "I can’t  log\nin", True),
        ("log in", "log into", False),
        ("c++", "in c++.", True),
        ("c++", "abc++", False),
        ("straße", "STRASSE", True),
        ("café", "cafe\u0301", True),
        ("порт", "экспорт", False),
        ("down", "服务器down了", True),
        ("down", "服务器shutdown了", False),
        ("宕机", "又宕机了", True),
        ("dns故障", "是DNS故障吗", True),
        ("dns故障", "edns故障", False),
        ("宕機", "又宕机了", False),
    ],
)  # fmt: skip
def test_words_are_whole_and_chinese_is_found_anywhere(
    ruled: Ruled, word: str, text: str, found: bool
) -> None:
    charter = ruled(f'{{any: [words: ["{word}"]]}}')
    assert (_rule(charter.classify(_mail("", text))) == "mine") is found


def test_a_phrase_does_not_reach_from_the_subject_line_into_the_text(ruled: Ruled) -> None:
    charter = ruled("{any: [words: [server down]]}")
    assert _rule(charter.classify(_mail("my server", "down the road"))) == "fallback"


def test_the_reason_names_at_most_five_words(ruled: Ruled) -> None:
    charter = ruled("{any: [words: [A, b, c, d, e, f]]}")
    assert charter.classify(_mail("f e d c b a")).reason == 'rule mine: words "A", "b", "c", "d", "e"'


@pytest.mark.parametrize(
    ("when", "facts", "reason"),
    [
        ("{any: [channel: [alert]]}", _alert("x", ""), "channel alert"),
        ("{any: [channel: [rest]]}", _alert("x", ""), None),
        ("{any: [severity: [Page]]}", _alert("x", "PAGE"), 'severity "page"'),
        ("{any: [severity: [page]]}", _alert("x", "pages"), None),
        ("{any: [urgent: true]}", _mail("x", urgent=True), "marked urgent"),
        ("{any: [urgent: true]}", _mail("x"), None),
        ("{any: [urgent: false]}", _mail("x"), "not marked urgent"),
        ("{any: [label: {a: b, c: d}]}", _alert("x", "", a="b", c="d"), 'label "a=b", "c=d"'),
        ("{any: [label: {a: b, c: d}]}", _alert("x", "", a="b"), None),
        ("{any: [label: {a: b}]}", _alert("x", "", a="B"), None),
        ("{any: [{words: [x]}, {urgent: true}]}", _mail("y", urgent=True), "marked urgent"),
        ("{all: [{words: [x]}, {urgent: true}]}", _mail("x"), None),
        ("{all: [{words: [x]}, {urgent: true}]}", _mail("x", urgent=True), 'words "x", marked urgent'),
        ("{any: [words: [x]], all: [urgent: true]}", _mail("x", urgent=True), 'words "x", marked urgent'),
        ("{any: [words: [x]], all: [urgent: true]}", _mail("y", urgent=True), None),
    ],
)
def test_a_rule_matches_when_its_conditions_hold(
    ruled: Ruled, when: str, facts: Facts, reason: str | None
) -> None:
    found = ruled(when).classify(facts)
    assert found.reason == (f"rule mine: {reason}" if reason else "fallback: no rule matched")
