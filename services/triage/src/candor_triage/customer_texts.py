"""Which texts the customer's own page has."""

from collections.abc import Mapping
from dataclasses import dataclass

from candor_common.events import IncidentStatus


@dataclass(frozen=True, slots=True)
class CustomerWords:
    """Every text of the page. A language that lacks one can't be built. Places are named in braces."""

    locale: str
    """By whose rules times are written."""
    moment: str
    """{time}, {zone}"""
    about: str
    """{reference}"""
    happening: str
    expect: str
    expect_nothing_said: str
    next_word: str
    write_by: str
    """{time}"""
    no_date: str
    finished: str
    fixed_by: str
    aim_by: str
    """{time}"""
    no_target: str
    after_answer: str
    who: str
    person_of_team: str
    """{person}, {team}"""
    reach: str
    missed_word: str
    """{time}"""
    missed_fix: str
    """{time}"""
    question: str
    workaround: str
    cause: str
    done: str
    checked: str
    history: str
    ours: str
    theirs: str
    asked: str
    works_title: str
    works_help: str
    works: str
    not_solved: str
    not_solved_help: str
    add_title: str
    answer_title: str
    add_help: str
    add: str
    words_missing: str
    words_too_long: str
    """{most}: characters"""
    call_title: str
    call_help: str
    call_number: str
    call_when: str
    call_when_help: str
    call_any_time: str
    call_words: str
    """{number}, {when}"""
    call: str
    number_missing: str
    promised: str
    promised_count: str
    """{kept}, {all}, in brackets"""
    word_kept: str
    """{time}, {kept}"""
    word_missed: str
    """{time}"""
    fix_kept: str
    """{time}, {kept}"""
    fix_missed: str
    """{time}"""
    zone_note: str
    """{zone}"""
    thanks_add: str
    thanks_call: str
    thanks_works: str
    thanks_not_solved: str
    not_now: str
    bad_title: str
    bad: str
    late_title: str
    late: str
    statuses: Mapping[IncidentStatus, str]
    """Every status in words."""
