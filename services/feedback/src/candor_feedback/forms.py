"""The form of the survey, as it comes in and as it is shown again. What is no score counts as none."""

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel

from candor_common.events import Survey
from candor_feedback.domain.survey import LONGEST_COMMENT, QUESTIONS, Answer, Question, plain

SCORES = ("1", "2", "3", "4", "5")
SOLVED = {"yes": True, "no": False}
_WORDS_OF = {True: "yes", False: "no", None: ""}
_FIRST_MAILS_SAID = "score"
"""What links in mail called the overall score before there were four questions."""


class Filled(BaseModel):
    """All fields as text; any of them may be missing or say anything."""

    overall: str = ""
    speed: str = ""
    solution: str = ""
    manner: str = ""
    solved: str = ""
    comment: str = ""

    @property
    def answer(self) -> Answer:
        scores = {one: self.score(one) for one in QUESTIONS}
        return Answer(**scores, solved=SOLVED.get(self.solved), comment=self.comment)

    def score(self, question: Question) -> int | None:
        """The score that was chosen, from 1 to 5."""
        chosen: str = getattr(self, question)
        return int(chosen) if chosen in SCORES else None

    @property
    def is_too_long(self) -> bool:
        """Whether the comment is longer than what is kept; browsers send two characters for each end of a line."""
        return len(plain(self.comment)) > LONGEST_COMMENT

    @classmethod
    def of(cls, survey: Survey) -> Self:
        """What was answered before."""
        scores = {one: str(getattr(survey, one) or "") for one in QUESTIONS}
        return cls(**scores, solved=_WORDS_OF[survey.solved], comment=survey.comment or "")


def linked(query: Mapping[str, str], survey: Survey) -> Filled:
    """What was answered before, and above it what a link in a mail chooses."""
    filled = Filled.of(survey)
    chosen: dict[str, str] = {one: query[one] for one in QUESTIONS if query.get(one) in SCORES}
    if query.get(_FIRST_MAILS_SAID) in SCORES:
        chosen.setdefault("overall", query[_FIRST_MAILS_SAID])
    solved = {"solved": query["solved"]} if query.get("solved") in SOLVED else {}
    return filled.model_copy(update={**chosen, **solved})
