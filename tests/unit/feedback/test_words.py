"""The words of the survey's page, and those that a charter has instead."""

from pathlib import Path
from typing import Any

from candor_common.charter import Charter, load_charter
from candor_common.languages import LANGUAGES
from candor_feedback.domain.words import WORDS, words_of
from tests.worlds.charters import shipped, write

OWN = {"en": "Was it any good?", "zh-Hans": "还好吗？", "zh-Hant": "還好嗎？"}
ANSWERS = {language: [f"{score} {language}" for score in range(1, 6)] for language in LANGUAGES}


def charter(folder: Path, **own: Any) -> Charter:
    return load_charter(write(shipped() | own, folder / "house.yaml"))


def test_every_score_has_words_of_its_own() -> None:
    for words in WORDS.values():
        assert len(set(words.scores)) == 5


def test_a_house_that_says_nothing_of_its_own_speaks_in_the_shipped_words() -> None:
    assert words_of(load_charter()) == WORDS


def test_a_house_asks_its_own_questions_and_offers_its_own_answers(tmp_path: Path) -> None:
    survey = shipped()["survey"] | {"questions": {"speed": OWN}, "scores": ANSWERS}
    found = words_of(charter(tmp_path, survey=survey))
    for language in LANGUAGES:
        assert found[language].speed == OWN[language]
        assert found[language].scores == tuple(ANSWERS[language])
        assert found[language].overall == WORDS[language].overall


def test_a_house_changes_sentences_of_the_page(tmp_path: Path) -> None:
    found = words_of(charter(tmp_path, texts={"survey_page": {"thanks": OWN}}))
    assert [found[language].thanks for language in LANGUAGES] == list(OWN.values())
    assert found["en"].thanks_title == WORDS["en"].thanks_title
