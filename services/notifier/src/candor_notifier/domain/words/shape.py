"""Which texts there are. A language that lacks one can't be built."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language. Places are named in braces; every subject has {title}."""

    locale: str
    """By whose rules times are written."""
    doing: str
    expect: str
    next_by: str
    who: str
    owned: str
    """{owner}, {team}"""
    nobody_yet: str
    """{team}"""
    reply: str
    """At the foot of a mail."""
    answer: str
    """The same where it is no mail."""
    reference: str
    """{reference}"""
    page: str
    """What the link to the customer's page is called."""
    moment: str
    """{time}, {zone}"""
    write_by: str
    """{time}"""
    write_within: str
    """{span}, as 30 minutes"""
    aim_by: str
    """{time}"""
    no_date: str
    finished: str
    """Instead of a date, when nothing more is due from us."""
    working: str
    waiting: str

    acknowledgement_subject: str
    acknowledgement: str
    """{title}"""
    acknowledgement_expect: str

    update_subject: str

    question_subject: str
    question: str
    """Before the question itself."""
    question_doing: str
    question_expect: str
    question_next: str

    estimate_subject: str
    moved_subject: str
    moved: str
    """{before}, {time}"""
    moved_late: str
    """{before}, {time}"""
    why: str
    """{reason}"""

    handover_subject: str
    handover: str
    """{team}"""
    handover_expect: str

    workaround_subject: str
    workaround: str
    """Before the workaround itself."""
    workaround_expect: str

    resolution_subject: str
    resolution: str
    cause: str
    done: str
    checked: str
    confirm: str
    confirm_page: str
    """What the link to the customer's page is called where they are asked to confirm."""

    breach_subject: str
    breach_answer: str
    """{time}"""
    breach_update: str
    """{time}"""
    breach_fix: str
    """{time}"""
    breach_expect: str

    nothing_new_subject: str
    nothing_new: str
    nothing_new_expect: str

    reopened_subject: str
    reopened: str
    reopened_expect: str

    closed_subject: str
    closed: str
    closed_expect: str
    closed_next: str

    survey_subject: str
    survey: str
    survey_doing: str
    survey_optional: str
    scores: tuple[str, str, str, str, str]
    """From 1 to 5, in the words of the survey's page."""
