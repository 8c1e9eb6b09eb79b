"""Every text that a customer gets, in the three languages that customers are spoken to.

A promise is "we will write to you by"; a target is "we aim to have it fixed by". Never the one for the other. A charter
may have other words for each of them.
"""

from functools import lru_cache
from typing import TypeAlias

from candor_common import wording
from candor_common.charter import Charter, MessageTexts, SurveyQuestions, own_words
from candor_common.languages import Language
from candor_common.languages import nearest as tag
from candor_common.wording import Wording
from candor_notifier.domain.words.english import ENGLISH
from candor_notifier.domain.words.simplified import SIMPLIFIED
from candor_notifier.domain.words.traditional import TRADITIONAL

__all__ = ["WORDS", "Words", "for_no_fault", "tag", "words_of"]

Words: TypeAlias = MessageTexts

WORDS = Wording(en=ENGLISH, zh_hans=SIMPLIFIED, zh_hant=TRADITIONAL)
"""The ones that Candor ships with."""


@lru_cache(maxsize=8)
def words_of(charter: Charter) -> Wording[Words]:
    """The words under a charter."""
    questions = charter.survey_questions

    def asked(language: Language) -> dict[str, object]:
        one: SurveyQuestions = questions[language]
        return {"survey_question": one.overall, "scores": one.scores}

    return own_words(WORDS, charter.content.texts.messages).changed(asked)


for_no_fault = lru_cache(maxsize=32)(wording.for_no_fault)
"""The words about what was never broken."""
