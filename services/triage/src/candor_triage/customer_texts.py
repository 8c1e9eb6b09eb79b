"""Which texts the customer's own page has."""

from collections.abc import Mapping
from dataclasses import dataclass

from candor_common.events import IncidentStatus


@dataclass(frozen=True, slots=True)
class CustomerWords:
    """Every text of the page. A language that lacks one can't be built. Places are named in braces.

    Those that begin with `no_fault_` stand in the places of the ones without it where nothing is broken.
    """

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
    no_fault_fixed_by: str
    aim_by: str
    """{time}"""
    no_fault_aim_by: str
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
    no_fault_missed_fix: str
    question: str
    workaround: str
    cause: str
    no_fault_cause: str
    done: str
    checked: str
    history: str
    ours: str
    theirs: str
    asked: str
    works_title: str
    no_fault_works_title: str
    works_help: str
    no_fault_works_help: str
    works: str
    no_fault_works: str
    not_solved: str
    no_fault_not_solved: str
    not_solved_help: str
    no_fault_not_solved_help: str
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
    no_fault_fix_kept: str
    fix_missed: str
    """{time}"""
    no_fault_fix_missed: str
    zone_note: str
    """{zone}"""
    thanks_add: str
    thanks_call: str
    thanks_works: str
    no_fault_thanks_works: str
    thanks_not_solved: str
    not_now: str
    bad_title: str
    bad: str
    late_title: str
    late: str
    statuses: Mapping[IncidentStatus, str]
    """Every status in words."""
    no_fault_statuses: Mapping[IncidentStatus, str]
