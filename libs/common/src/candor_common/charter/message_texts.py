"""Which texts the messages to customers are made of. Their words stand in notifier, unless a charter has its own."""

from dataclasses import dataclass
from typing import Annotated, TypeAlias

from candor_common.charter.sentences import FIXED, filled

Titled: TypeAlias = Annotated[str, filled("title")]
ByTime: TypeAlias = Annotated[str, filled("time")]
Moved: TypeAlias = Annotated[str, filled("before", "time")]


@dataclass(frozen=True, slots=True)
class MessageTexts:
    """The texts of one language. Those that begin with `no_fault_` are said in the place of the ones without it where
    nothing is broken: somebody has a question, or wants something changed."""

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
    no_fault_aim_by: ByTime
    estimate_by: ByTime
    no_fault_estimate_by: ByTime
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
    question_pause: str
    """Where the date of the fix waits for the answer too."""
    question_next: str

    estimate_subject: Titled
    no_fault_estimate_subject: Titled
    moved_subject: Titled
    no_fault_moved_subject: Titled
    moved: Moved
    no_fault_moved: Moved
    moved_late: Moved
    no_fault_moved_late: Moved
    why: Annotated[str, filled("reason")]

    handover_subject: Titled
    handover: Annotated[str, filled("team")]
    handover_expect: str

    lowered_subject: Titled
    lowered: str
    """A person found it less urgent, which moves what was promised."""
    lowered_expect: str
    raised_subject: Titled
    raised: str
    raised_expect: str
    write_moved: Moved
    lapsed: Annotated[str, filled("before")]
    """Of a date that was told, where the one in its place is not known yet."""

    merged_subject: Annotated[str, filled("into", "title")]
    merged: Annotated[str, filled("into")]
    """The other incident's reference."""
    merged_expect: str
    merged_next: str
    no_fault_merged_next: str

    workaround_subject: Titled
    workaround: str
    """Before the workaround itself."""
    no_fault_workaround: str
    workaround_expect: str
    no_fault_workaround_expect: str

    resolution_subject: Titled
    no_fault_resolution_subject: Titled
    resolution: Annotated[str, filled("since")]
    no_fault_resolution: Annotated[str, filled("since")]
    cause: str
    no_fault_cause: str
    done: str
    checked: str
    confirm: str
    """Beside the link to the customer's page."""
    no_fault_confirm: str
    confirm_short: Annotated[str, filled("page")]
    """The same where there is no room for more."""
    no_fault_confirm_short: Annotated[str, filled("page")]
    confirm_page: str
    """What the link to the customer's page is called where they are asked to confirm."""
    no_fault_confirm_page: str
    not_solved: str
    """Instead of `confirm` where there is nothing to confirm on the page."""
    no_fault_not_solved: str
    watched: ByTime
    """As long as the fix is watched."""
    no_fault_watched: ByTime

    breach_subject: Titled
    breach_fix_subject: Titled
    """Of a target, which is no promise."""
    no_fault_breach_fix_subject: Titled
    breach_answer: ByTime
    breach_update: ByTime
    breach_fix: ByTime
    no_fault_breach_fix: ByTime
    breach_expect: str
    overdue_subject: Titled
    """Of a date that nobody had been told: it follows from times that hold since it is more urgent."""
    overdue_answer: ByTime
    overdue_fix: ByTime
    no_fault_overdue_fix: ByTime

    owed_call: ByTime
    """Of a call that was promised after a low score; the request itself may be long over."""
    owed_reply: ByTime
    """Of an answer that was promised to what was written in a survey."""
    owed_doing: str
    owed_expect: str
    owed_by: ByTime
    owed_next: str

    nothing_new_subject: Titled
    nothing_new: str
    nothing_new_expect: str

    reopened_subject: Titled
    reopened: str
    no_fault_reopened: str
    reopened_expect: str

    closed_subject: Titled
    closed: str
    closed_expect: str
    no_fault_closed_expect: str
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
