"""Keeps an answer, and opens what it asks for."""

from candor_common.charter import Charter
from candor_common.database import Transaction
from candor_common.events import FollowUp, FollowUpDone, FollowUpOpened, Survey, SurveyAnswered
from candor_feedback import follow_ups, store
from candor_feedback.domain.follow_up import Ending, Terms, asked_for, done
from candor_feedback.domain.survey import Answer, AnswerRefused, answered


def save(transaction: Transaction, identifier: str, given: Answer, charter: Charter) -> None:
    """Keep an answer and tell it; the same one again is no news. Raises AnswerRefused when it comes too late."""
    row = store.survey_by_id(transaction.connection, identifier, lock=True)
    if row is None:
        raise AnswerRefused("This survey does not exist any more.")
    survey: Survey = row["snapshot"]
    changed = answered(survey, given, transaction.now)
    if changed == survey:
        return
    store.save_answer(transaction.connection, changed)
    transaction.emit(SurveyAnswered(survey=changed), traceparent=row["traceparent"])
    owner = row["owner"] or row["team"] or charter.content.fallback.team
    _follow_up(transaction, changed, owner, row["traceparent"], charter)


def _follow_up(
    transaction: Transaction, survey: Survey, owner: str, traceparent: str, charter: Charter
) -> None:
    terms = Terms(charter.follow_up_within, charter.improvement_reply_within)
    wanted = list(asked_for(survey, owner, terms, transaction.now))
    if not wanted:
        return
    known = follow_ups.opened(transaction.connection, survey.id)
    new = [one for one in wanted if one.id not in known]
    follow_ups.open_(transaction.connection, new, survey.id, traceparent)
    for one in new:
        transaction.emit(FollowUpOpened(follow_up=one), traceparent=traceparent)


def finish(transaction: Transaction, identifier: str, by: str, how: Ending) -> bool:
    """Note that a follow-up was done; False when there is none. The same again changes nothing.

    Raises Done when it was done already, with other words, and AnswersAlready.
    """
    row = follow_ups.by_id(transaction.connection, identifier, lock=True)
    if row is None:
        return False
    before: FollowUp = row["snapshot"]
    after = done(before, how, transaction.now)
    if after != before:
        follow_ups.save_done(transaction.connection, after, by)
        transaction.emit(FollowUpDone(follow_up=after), traceparent=row["traceparent"])
    return True
