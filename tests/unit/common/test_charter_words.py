"""Which words stand in a text: the quick search against one that looks at every place."""

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from candor_common.charter.facts import Facts
from candor_common.charter.matching import matcher, seen
from candor_common.charter.shape import Condition, Outcome, Rule, When
from candor_common.events import Channel, Grade, Kind

THEN = Outcome(kind=Kind.CHANGE, impact=Grade.LOW, urgency=Grade.LOW, team="operations")
NAMED_AT_MOST = 5

LETTERS = st.sampled_from("aAb_1é\u0301ß\uff41服务порτ")
MARKS = st.sampled_from(" \t\n,+'\u2019-")
texts = st.text(LETTERS | MARKS, max_size=30)
words = st.text(LETTERS | MARKS, min_size=1, max_size=5).filter(str.strip)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    return " ".join(folded.split())


def _is_letter(character: str) -> bool:
    is_chinese = "\u3400" <= character <= "\u9fff"
    return (character.isalnum() or character == "_") and not is_chinese


def _stands_in(word: str, text: str) -> bool:
    ends = range(len(word), len(text) + 1)
    return any(text[end - len(word) : end] == word and _stands_alone(word, text, end) for end in ends)


def _stands_alone(word: str, text: str, end: int) -> bool:
    before, after = text[: end - len(word)][-1:], text[end:][:1]
    goes_on = (before and _is_letter(before) and _is_letter(word[0])) or (
        after and _is_letter(after) and _is_letter(word[-1])
    )
    return not goes_on


@given(subject_line=texts, text=texts, written=st.lists(words, min_size=1, max_size=8))
@example(subject_line="", text="a report, a port", written=["port"])
@example(subject_line="a", text="b", written=["a b"])
@example(subject_line="", text="a ++ b", written=["++"])
@example(subject_line="", text="f e d c b a", written=["a", "b", "c", "d", "e", "f"])
def test_a_condition_names_the_first_of_its_words_that_stand_in_the_text(
    subject_line: str, text: str, written: list[str]
) -> None:
    condition = Condition(words=tuple(written))
    rule = matcher(Rule(name="mine", when=When(any=(condition,)), then=THEN))
    whole = f"{_plain(subject_line)}\n{_plain(text)}"

    found = [word for word in written if _stands_in(_plain(word), whole)][:NAMED_AT_MOST]

    expected = "words " + ", ".join(f'"{word}"' for word in found) if found else None
    assert rule.evidence(seen(Facts(subject_line, text, Channel.MAIL))) == expected
