"""Sentences of a charter: which there may be, what may stand in them, and how the operator is told what is wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from candor_common.charter import MessageTexts, Problem, check, load_charter
from candor_common.charter.sentences import places
from candor_common.charter.texts import Texts
from candor_common.languages import LANGUAGES
from tests.unit.common.test_charter_problems import GOOD

Checked = Callable[[str], list[Problem]]
LINE = GOOD.count("\n") + 1
"""On which what a test adds begins."""


@pytest.fixture
def checked(tmp_path: Path) -> Checked:
    """Gives the problems of a charter that ends with some lines."""

    def problems(more: str) -> list[Problem]:
        path = tmp_path / "house.yaml"
        path.write_text(GOOD + more, "utf-8")
        return check(path)

    return problems


def message(key: str, en: str, hans: str = "您好", hant: str = "您好") -> str:
    told = "".join(
        f"      {language}: {text}\n" for language, text in (("en", en), ("zh-Hans", hans), ("zh-Hant", hant))
    )
    return f"texts:\n  messages:\n    {key}:\n{told}"


def test_a_sentence_in_all_languages_is_taken(checked: Checked) -> None:
    assert checked(message("reply", "Just call.", "请来电。", "請來電。")) == []


def test_another_sentence_is_another_charter(tmp_path: Path) -> None:
    versions = set()
    for words in ("", message("reply", "Just call."), message("reply", "Just write.")):
        path = tmp_path / "house.yaml"
        path.write_text(GOOD + words, "utf-8")
        versions.add(load_charter(path).version)
    assert len(versions) == 3


@pytest.mark.parametrize(
    ("key", "text", "wrong", "mend"),
    [
        ("write_by", "By {tme}.", "there is no `{tme}` to fill in", "Did you mean `{time}`?"),
        ("write_by", "Soon.", "`{time}` is missing, and readers would not be told",
            "Write `{time}` where it belongs"),
        ("why", "Because.", "`{reason}` is missing, and readers would not be told",
            "Write `{reason}` where it belongs"),
        ("write_by", "By {time.year}.", "there is no `{time.year}` to fill in", "Did you mean `{time}`?"),
        ("write_by", "By {time[0]}.", "there is no `{time[0]}` to fill in", "Did you mean `{time}`?"),
        ("write_by", "By {}{time}.", "there is no `{}` to fill in", "Known here: {time}"),
        ("write_by", "By {0}{time}.", "there is no `{0}` to fill in", "Known here: {time}"),
        ("write_by", "By {time!r}.", "a brace belongs to no place",
            "Only `{time}` can stand here, written just so"),
        ("write_by", "By {time:>9999999}.", "a brace belongs to no place",
            "Only `{time}` can stand here, written just so"),
        ("write_by", "By {time:{time}}.", "a brace belongs to no place",
            "Only `{time}` can stand here, written just so"),
        ("write_by", "By {time}, {{really}}.", "a brace belongs to no place",
            "Only `{time}` can stand here, written just so"),
        ("write_by", "By {time", "a brace belongs to no place",
            "Only `{time}` can stand here, written just so"),
        ("reply", "Dear {owner}", "there is no `{owner}` to fill in",
            "Leave braces out: nothing is filled in here"),
        ("reply", "' '", "it is empty", "Write the sentence, or take the whole text out"),
        ("reply", '"one\\ntwo"', "there is a line break or an invisible character", "Write it on one line"),
        ("reply", '"a\\u202eb"', "there is a line break or an invisible character", "Write it on one line"),
        ("reply", "x" * 601, "it has 601 characters, and 600 fit", "Make it shorter"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_sentence_is_told_with_its_line_and_how_to_mend_it(
    checked: Checked, key: str, text: str, wrong: str, mend: str
) -> None:
    quoted = text if text[0] in "'\"" else f'"{text}"'
    (problem,) = checked(message(key, quoted, _whole(key), _whole(key)))
    assert (problem.line, problem.key) == (LINE + 3, f"texts.messages.{key}.en")
    assert (problem.wrong, problem.mend) == (wrong, mend)


def _whole(key: str) -> str:
    return '"' + " ".join(["您好", *(f"{{{name}}}" for name in places(MessageTexts)[key])]) + '"'


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_that_lacks_a_language_is_refused(checked: Checked, language: str) -> None:
    whole = message("reply", "Just call.")
    [lacking] = [line for line in whole.splitlines() if line.strip().startswith(f"{language}:")]
    (problem,) = checked(whole.replace(f"{lacking}\n", ""))
    assert problem.key == f"texts.messages.reply.{language}"
    assert problem.wrong == f"the key `{language}` is missing"


def test_unknown_sentences_and_languages_are_told_with_the_nearest_known_one(checked: Checked) -> None:
    found = checked(message("repli", "Just call.").replace("zh-Hant", "zh-Hants"))
    assert [(one.line, one.key, one.mend) for one in found] == [
        (LINE + 2, "texts.messages.repli", "Did you mean `reply`?"),
    ]
    found = checked(message("reply", "Just call.").replace("zh-Hant", "zh-Hants"))
    assert [(one.line, one.key) for one in found] == [
        (LINE + 2, "texts.messages.reply.zh-Hant"),
        (LINE + 5, "texts.messages.reply.zh-Hants"),
    ]
    assert found[1].mend == "Did you mean `zh-Hant`?"


@pytest.mark.parametrize("key", ["locale", "moment", "scores", "survey_question"])
def test_what_is_no_sentence_cannot_be_changed(checked: Checked, key: str) -> None:
    (problem,) = checked(message(key, "x"))
    assert problem.wrong == "unknown key"


def test_questions_have_no_places_and_five_answers(checked: Checked, tmp_path: Path) -> None:
    survey = (
        "survey:\n  questions:\n    overal: {en: a, zh-Hans: a, zh-Hant: a}\n"
        '    speed: {en: "{time}?", zh-Hans: a, zh-Hant: a}\n'
        "  scores: {en: [a, b], zh-Hans: [a, b, c, d, e], zh-Hant: [a, b, c, d, e]}\n"
    )
    path = tmp_path / "house.yaml"
    path.write_text(GOOD.replace("survey: {delay: 1h, expires: 28d}\n", survey), "utf-8")
    assert [(one.key, one.wrong) for one in check(path)] == [
        ("survey.questions.overal", "unknown key"),
        ("survey.questions.speed.en", "there is no `{time}` to fill in"),
        ("survey.scores.en", "there are 2 answers, and a question has 5"),
    ]


@given(st.lists(st.sampled_from([*"{}[]!:.0 a", "time", "{time}", "{title}"]), max_size=15).map("".join))
def test_every_sentence_that_is_taken_fills_in_nothing_but_its_places(text: str) -> None:
    """Whatever is written: it is refused, or it says itself with the places replaced."""
    told = dict.fromkeys(LANGUAGES, text)
    try:
        taken = TypeAdapter(Texts).validate_python({"messages": {"write_by": told}})
    except ValidationError:
        return
    sentence = getattr(taken.messages, "write_by").en  # noqa: B009 - the section is made at run time
    assert sentence.format(time="<now>") == text.strip().replace("{time}", "<now>")
