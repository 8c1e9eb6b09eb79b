"""What the customer writes after the first answer is answered in time. Times are those of Shanghai; work is from 9 to 18."""

from datetime import datetime

from candor_common.events import MessageKind, Priority, Promise, PromiseKind, PromiseState
from candor_common.working_time import Target
from candor_sla_timer.domain.explanation import explain
from candor_sla_timer.domain.terms import Terms
from tests.unit.sla_timer.cases import Case, minutes, on, terms

REPLY = PromiseKind.NEXT_REPLY
KEPT, OPEN, BREACHED, WITHDRAWN = (
    PromiseState.KEPT,
    PromiseState.OPEN,
    PromiseState.BREACHED,
    PromiseState.WITHDRAWN,
)


def replying(within: str = "2bh", priority: Priority = Priority.P3) -> Terms:
    return terms(priority=priority).model_copy(update={"next_reply": Target.parse(within)})


def answered() -> Case:
    """Somebody gave the first answer at nine on Tuesday."""
    case = Case(on(10, 8), replying())
    case.said(on(10, 9))
    return case


def told(case: Case) -> list[tuple[datetime, datetime, PromiseState]]:
    return [(one.made_at, one.due_at, one.state) for one in case.all(REPLY)]


def only(case: Case) -> Promise:
    [found] = case.all(REPLY)
    return found


def test_20_the_oldest_words_without_an_answer_count_and_each_answer_ends_one() -> None:
    case = answered()
    for hour, minute in ((10, 0), (10, 40)):
        case.wrote(on(11, hour, minute))
    case.said(on(11, 11, 50))
    case.wrote(on(11, 12, 5))
    assert told(case) == [(on(11, 10), on(11, 12), KEPT), (on(11, 12, 5), on(11, 14, 5), OPEN)]
    first = case.all(REPLY)[0]
    assert first.kept_at == on(11, 11, 50)
    assert explain(case.facts, first, on(11, 13)).counted == minutes(110)


def test_before_the_first_answer_it_is_that_which_is_owed() -> None:
    case = Case(on(10, 9), replying())
    case.wrote(on(10, 10))
    case.said(on(10, 11))
    assert told(case) == []


def test_where_the_charter_has_no_such_time_nothing_is_promised() -> None:
    case = Case(on(10, 8), terms())
    case.said(on(10, 9))
    case.wrote(on(10, 10))
    assert told(case) == []


def test_a_question_of_ours_is_an_answer_and_its_answer_waits_for_one() -> None:
    case = answered()
    case.wrote(on(10, 10))
    case.asked(on(10, 11))
    case.said(on(10, 11), MessageKind.QUESTION)
    case.wrote(on(10, 15))
    case.resumed(on(10, 15))
    assert told(case) == [(on(10, 10), on(10, 12), KEPT), (on(10, 15), on(10, 17), OPEN)]


def test_its_clock_never_stands_still() -> None:
    case = answered()
    case.wrote(on(10, 10))
    case.asked(on(10, 10, 30))
    assert (only(case).running, only(case).due_at) == (True, on(10, 12))


def test_words_that_open_it_again_are_answered_by_what_the_reopening_promises() -> None:
    case = answered()
    case.resolved(on(10, 10))
    case.said(on(10, 10), MessageKind.RESOLUTION)
    case.wrote(on(10, 15))
    case.reopened(on(10, 15))
    assert told(case) == []
    case.wrote(on(10, 16))
    assert told(case) == [(on(10, 16), on(10, 18), OPEN)]


def test_the_words_that_it_works_are_an_answer_and_an_end_without_words_is_none() -> None:
    fixed, closed = answered(), answered()
    for case in (fixed, closed):
        case.wrote(on(10, 10))
    fixed.resolved(on(10, 11))
    assert told(fixed) == [(on(10, 10), on(10, 12), OPEN)]
    fixed.said(on(10, 11, 1), MessageKind.RESOLUTION)
    closed.closed(on(10, 11))
    assert told(fixed) == [(on(10, 10), on(10, 12), KEPT)]
    assert told(closed) == [(on(10, 10), on(10, 12), WITHDRAWN)]


def test_a_missed_one_is_not_renewed_and_later_words_wait_for_the_same_answer() -> None:
    case = answered()
    case.wrote(on(10, 10))
    case.looked(on(10, 12, 1))
    case.wrote(on(10, 13))
    assert told(case) == [(on(10, 10), on(10, 12), BREACHED)]
    case.said(on(10, 14))
    case.wrote(on(10, 15))
    assert told(case)[1:] == [(on(10, 15), on(10, 17), OPEN)]


def test_other_terms_count_from_when_the_customer_wrote() -> None:
    case = answered()
    case.wrote(on(10, 10))
    case.changed(on(10, 10, 30), replying("1bh", Priority.P1))
    assert told(case) == [(on(10, 10), on(10, 11), OPEN)]
