"""What every shipped charter makes of the first sentences of customers, in three scripts, and what it promises them.

The sentences stand in real_sentences.tsv. Who changes the words of a charter adds some there that they had not used.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import pytest

from candor_common.charter import Charter, Classification, Facts, load_charter
from candor_common.events import Channel, Kind, Lane, Level, Priority, PromiseKind

TABLE = Path(__file__).with_name("real_sentences.tsv")
EXAMPLES = Path(__file__).parents[3] / "deploy" / "charter"
SHIPPED = load_charter()
OTHERS = {path.stem: load_charter(path) for path in sorted(EXAMPLES.glob("*.yaml"))}
CHARTERS = {"shipped": SHIPPED, **OTHERS}
HOLIDAY_EVE = datetime(2026, 9, 30, 9, tzinfo=UTC)
"""Five in the afternoon in Shanghai, before the week of the National Day."""


@dataclass(frozen=True)
class Sentence:
    """What somebody writes, and which answers are right."""

    language: str
    subject_line: str
    text: str
    kind: frozenset[str]
    priority: frozenset[str]
    category: frozenset[str]
    sure: frozenset[str]

    @classmethod
    def read(cls, line: str) -> Self:
        language, subject_line, text, *right = line.split("\t")
        return cls(language, subject_line, text, *(frozenset(one.split("|")) for one in right))

    def wrong(self, found: Classification) -> dict[str, str]:
        """What is not among the right answers."""
        answers = {
            "kind": (found.kind.value, self.kind),
            "priority": (found.priority.value, self.priority),
            "category": (found.category.value if found.category else "none", self.category),
            "sure": ("no" if found.unsure else "yes", self.sure),
        }
        return {key: given for key, (given, right) in answers.items() if not right & {given, "any"}}


LINES = TABLE.read_text("utf-8").splitlines()
SENTENCES = [Sentence.read(line) for line in LINES if line and not line.startswith("#")]


def _classified(charter: Charter, sentence: Sentence) -> Classification:
    return charter.classify(Facts(sentence.subject_line, sentence.text, Channel.MAIL))


@pytest.mark.parametrize("name", CHARTERS)
@pytest.mark.parametrize(
    "sentence", SENTENCES, ids=[f"{one.language}-{place}" for place, one in enumerate(SENTENCES)]
)
def test_every_charter_understands_what_customers_write(sentence: Sentence, name: str) -> None:
    found = _classified(CHARTERS[name], sentence)
    assert sentence.wrong(found) == {}, found.reason
    assert (found.priority is Priority.P1) == (found.lane is Lane.EMERGENCY)


def test_each_script_has_its_share_of_sentences() -> None:
    languages = [one.language for one in SENTENCES]
    assert {one: languages.count(one) >= 30 for one in languages} == dict.fromkeys(
        ("en", "zh-Hans", "zh-Hant"), True
    )


def _words(charter: Charter) -> dict[str, list[str]]:
    """The words of each rule."""
    return {
        rule.name: [word for one in (*rule.when.any, *rule.when.all) for word in one.words or ()]
        for rule in charter.content.rules
    }


@pytest.mark.parametrize("name", OTHERS)
def test_rules_of_the_same_name_have_the_same_words_in_every_charter(name: str) -> None:
    shipped, other = _words(SHIPPED), _words(OTHERS[name])
    assert {rule: other.get(rule) for rule in shipped} == shipped


def test_who_has_a_premium_contract_comes_first_also_where_they_only_ask() -> None:
    words = _words(OTHERS["hosting"])
    asked = [word for rule in ("prevention", "file", "sales", "advice") for word in words[rule]]
    assert words["premium contract, asking"] == asked

    facts = Facts("", "如何避免数据丢失？", Channel.MAIL, labels={"contract": "premium"})
    found = OTHERS["hosting"].classify(facts)
    assert (found.kind, found.lane, found.priority) == (Kind.QUESTION, Lane.VIP, Priority.P2)


@pytest.mark.parametrize("name", CHARTERS)
@pytest.mark.parametrize("text", ["How can we avoid data loss?", "请发一份报价", "附件打不開"])
def test_who_marks_a_request_as_urgent_is_believed_whatever_they_ask(text: str, name: str) -> None:
    found = CHARTERS[name].classify(Facts("", text, Channel.FORM, urgent=True))
    assert (found.priority, found.lane) == (Priority.P1, Lane.EMERGENCY)


@pytest.mark.parametrize("name", CHARTERS)
@pytest.mark.parametrize(
    ("kind", "priority", "hours"),
    [
        ("first_response", "P1", 1),
        ("resolution", "P1", 4),
        ("first_response", "P2", 24),
        ("first_response", "P3", 24),
        ("first_response", "P4", 24),
    ],
)
def test_no_holiday_is_longer_than_what_every_charter_promises(
    kind: str, priority: str, hours: int, name: str
) -> None:
    for level in (Level.L1, Level.L2, Level.L3):
        goal = CHARTERS[name].goal(PromiseKind(kind), Priority(priority), level)
        assert goal is not None
        assert goal.due(HOLIDAY_EVE) - HOLIDAY_EVE <= timedelta(hours=hours)
