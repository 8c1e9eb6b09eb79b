"""Which texts the messages to customers are made of. Their words stand in notifier, unless a charter has its own."""

from dataclasses import dataclass
from typing import Annotated, TypeAlias

from candor_common.charter.sentences import FIXED, filled

Titled: TypeAlias = Annotated[str, filled("title")]
ByTime: TypeAlias = Annotated[str, filled("time")]
Moved: TypeAlias = Annotated[str, filled("before", "time")]


@dataclass(frozen=True, slots=True)
class MessageTexts:
    """The texts of one language."""

    locale: Annotated[str, FIXED]
    """By whose rules times are written."""
    moment: Annotated[str, FIXED]
    """How a time and its zone stand together."""
    doing: str
    expect: str
    next_by: str
    who: str
    owned: Annotated[str, filled("owner", "team")]
    nobody_yet: Annotated[str, filled("team")]
    reply: str
    """At the foot of a mail."""
    answer: str
    """The same where it is no mail."""
    reference: Annotated[str, filled("reference")]
    page: str
    """What the link to the customer's page is called."""
    write_by: ByTime
    write_within: Annotated[str, filled("span")]
    """The span is written as 30 minutes."""
    aim_by: ByTime
    estimate_by: ByTime
    no_date: str
    finished: str
    """Instead of a date, when nothing more is due from us."""
    working: str
    waiting: str

    acknowledgement_subject: Titled
    acknowledgement: Titled
    acknowledgement_expect: str

    update_subject: Titled

    question_subject: Titled
    question: str
    """Before the question itself."""
    question_doing: str
    question_expect: str
    question_next: str

    estimate_subject: Titled
    moved_subject: Titled
    moved: Moved
    moved_late: Moved
    why: Annotated[str, filled("reason")]

    handover_subject: Titled
    handover: Annotated[str, filled("team")]
    handover_expect: str

    merged_subject: Annotated[str, filled("into", "title")]
    merged: Annotated[str, filled("into")]
    """The other incident's reference."""
    merged_expect: str
    merged_next: str

    workaround_subject: Titled
    workaround: str
    """Before the workaround itself."""
    workaround_expect: str

    resolution_subject: Titled
    resolution: str
    cause: str
    done: str
    checked: str
    confirm: str
    confirm_page: str
    """What the link to the customer's page is called where they are asked to confirm."""

    breach_subject: Titled
    breach_fix_subject: Titled
    """Of a target, which is no promise."""
    breach_answer: ByTime
    breach_update: ByTime
    breach_fix: ByTime
    breach_expect: str

    nothing_new_subject: Titled
    nothing_new: str
    nothing_new_expect: str

    reopened_subject: Titled
    reopened: str
    reopened_expect: str

    closed_subject: Titled
    closed: str
    closed_expect: str
    closed_next: str

    survey_subject: Titled
    survey: Annotated[str, filled("question")]
    """Before the five answers to the question."""
    survey_doing: str
    survey_optional: str

    answer_subject: Titled
    answered: str
    answered_about: str
    """Above what they had written."""
    answered_doing: str
    answered_expect: str
    rated_subject: Titled
    """Of an answer to a low score, not to words."""
    rated_doing: str

    survey_question: Annotated[str, FIXED]
    """The first question of the survey; a charter changes it under `survey`."""
    scores: Annotated[tuple[str, ...], FIXED]
    """From 1 to 5, in the words of the survey's page."""
