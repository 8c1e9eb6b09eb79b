"""The charter: the operator's policy, read from a commented YAML file.

It says what is promised and by when, how urgent what is, and who gets it. `load_charter` reads and checks a
file; a `Charter` answers questions about it; `check` lists what is wrong with a file.
"""

from candor_common.charter.facts import Classification, Facts, Goal, Person, Team
from candor_common.charter.message_texts import MessageTexts
from candor_common.charter.policy import Charter
from candor_common.charter.problems import CharterError, Problem
from candor_common.charter.reading import check, load_charter
from candor_common.charter.sentences import own_words
from candor_common.charter.survey_texts import QUESTIONS, SurveyQuestions, SurveyTexts

__all__ = [
    "QUESTIONS",
    "Charter",
    "CharterError",
    "Classification",
    "Facts",
    "Goal",
    "MessageTexts",
    "Person",
    "Problem",
    "SurveyQuestions",
    "SurveyTexts",
    "Team",
    "check",
    "load_charter",
    "own_words",
]
