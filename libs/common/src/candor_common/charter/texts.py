"""What a charter says in its own words instead of those that Candor ships with."""

from typing import TYPE_CHECKING, TypeAlias

from candor_common.charter.message_texts import MessageTexts
from candor_common.charter.section import Section
from candor_common.charter.sentences import sentences
from candor_common.charter.survey_texts import SurveyQuestions, SurveyTexts

if TYPE_CHECKING:
    # Made of the dataclasses when this module is read, where no type checker can follow.
    MessageSection: TypeAlias = Section
    QuestionSection: TypeAlias = Section
    SurveyPageSection: TypeAlias = Section
else:
    MessageSection = sentences("MessageSection", MessageTexts)
    QuestionSection = sentences("QuestionSection", SurveyQuestions)
    SurveyPageSection = sentences("SurveyPageSection", SurveyTexts)


class Texts(Section):
    """Sentences by where they stand."""

    messages: MessageSection = MessageSection()
    """What customers are written."""
    survey_page: SurveyPageSection = SurveyPageSection()
    """Behind the link of the survey; its questions stand under `survey`."""
