"""What a survey asks, and which texts its page is made of; the words of the page stand in feedback."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field

from candor_common.charter.problems import refusal
from candor_common.charter.section import Section
from candor_common.charter.sentences import FIXED, Line, filled, own_words
from candor_common.languages import Language
from candor_common.wording import Wording

_SCORES = 5


@dataclass(frozen=True, slots=True)
class SurveyQuestions:
    """The four questions in one language, and the five answers to each."""

    overall: str
    """The mail asks this one too."""
    speed: str
    solution: str
    manner: str
    scores: Annotated[tuple[str, ...], FIXED]
    """From poor (1) to very good (5)."""


QUESTIONS = Wording(
    en=SurveyQuestions(
        overall="How satisfied are you, all in all?",
        speed="How satisfied are you with how fast we answered?",
        solution="How satisfied are you with how we solved it?",
        manner="How satisfied are you with how professional we were?",
        scores=("Not at all", "Not much", "Partly", "Satisfied", "Very satisfied"),
    ),
    zh_hans=SurveyQuestions(
        overall="总体来说，您满意吗？",
        speed="您对我们的响应速度满意吗？",
        solution="您对问题的处理结果满意吗？",
        manner="您对我们的专业程度满意吗？",
        scores=("很不满意", "不太满意", "一般", "满意", "非常满意"),
    ),
    zh_hant=SurveyQuestions(
        overall="整體來說，您滿意嗎？",
        speed="您對我們的回應速度滿意嗎？",
        solution="您對問題的處理結果滿意嗎？",
        manner="您對我們的專業程度滿意嗎？",
        scores=("很不滿意", "不太滿意", "普通", "滿意", "非常滿意"),
    ),
)
"""The ones that Candor ships with."""


@dataclass(frozen=True, slots=True)
class SurveyTexts:
    """The texts of the survey's page in one language."""

    locale: Annotated[str, FIXED]
    moment: Annotated[str, FIXED]
    title: str
    about: Annotated[str, filled("reference")]
    solved: str
    solved_yes: str
    solved_no: str
    solved_help: str
    overall: Annotated[str, FIXED]
    speed: Annotated[str, FIXED]
    solution: Annotated[str, FIXED]
    manner: Annotated[str, FIXED]
    scores: Annotated[tuple[str, ...], FIXED]
    optional: str
    more: str
    """Above the questions that may be left out."""
    comment: str
    comment_help: str
    comment_too_long: Annotated[str, filled("most")]
    send: str
    thanks_title: str
    thanks: str
    thanks_unsolved: str
    thanks_call: Annotated[str, filled("time")]
    thanks_reply: Annotated[str, filled("time")]
    change: str
    change_until: Annotated[str, filled("time")]
    late_title: str
    late: str
    bad_title: str
    bad: str
    choose: str


def _five(value: tuple[str, ...]) -> tuple[str, ...]:
    if len(value) != _SCORES:
        wrong = f"there are {len(value)} answers, and a question has {_SCORES}"
        raise refusal(wrong, "Write one for each score, from poor (1) to very good (5)")
    return value


_Answers = Annotated[tuple[Line, ...], AfterValidator(_five)]


class Scores(Section):
    """The five answers in every language."""

    en: _Answers
    hans: _Answers = Field(alias="zh-Hans")
    hant: _Answers = Field(alias="zh-Hant")

    def of(self, language: Language) -> tuple[str, ...]:
        """The answers in a language."""
        match language:
            case "zh-Hans":
                return self.hans
            case "zh-Hant":
                return self.hant
        return self.en


def asked(questions: Section, scores: Scores | None) -> Wording[SurveyQuestions]:
    """The questions of a charter, with the shipped ones where it has none of its own."""

    def answers(language: Language) -> Mapping[str, object]:
        return {"scores": scores.of(language)} if scores else {}

    return own_words(QUESTIONS, questions).changed(answers)
