"""What an answer leads to: a call about a low score, and an answer to a suggestion."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from uuid_utils import NAMESPACE_URL, uuid5

from candor_common.events import FollowUp, PromiseKind, Survey
from candor_feedback.domain.survey import QUESTIONS, Question

LOW = 2
"""The highest score that asks for a follow-up."""
_NAMES: dict[Question, str] = {
    "overall": "overall",
    "speed": "response speed",
    "solution": "resolution",
    "manner": "professionalism",
}


class Done(Exception):
    """It was done already, and otherwise; the message says how."""


class AnswersAlready(Exception):
    """Words for the customer were given twice: the answer to a suggestion is such words."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a follow-up ended."""

    answer: str
    """To a suggestion: what the customer reads. Else: what was done, for the team."""
    reply: str | None = None
    """What the customer reads after a low score."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Within which time what has to be done."""

    follow_up: timedelta
    improvement_reply: timedelta


def asked_for(survey: Survey, owner: str, terms: Terms, now: datetime) -> Iterator[FollowUp]:
    """What an answer asks for, at most one of each kind; under ids that are the same however often it is changed."""
    complaint = complaint_of(survey)
    if complaint:
        yield _opened(survey, PromiseKind.FOLLOW_UP, owner, complaint, (now, now + terms.follow_up))
    if survey.comment:
        due = (now, now + terms.improvement_reply)
        yield _opened(survey, PromiseKind.IMPROVEMENT_REPLY, owner, survey.comment, due)


def complaint_of(survey: Survey) -> str | None:
    """What the customer is unhappy with, in words for the team; None when they are not."""
    scores = {question: getattr(survey, question) for question in QUESTIONS}
    low = [
        f"{_NAMES[one]} {score} of 5" for one, score in scores.items() if score is not None and score <= LOW
    ]
    wrong = ", ".join([*(["not solved"] if survey.solved is False else []), *low])
    if not wrong:
        return None
    return f"{wrong}: {survey.comment}" if survey.comment else wrong


def done(follow_up: FollowUp, how: Ending, now: datetime) -> FollowUp:
    """What was asked for, as done. Repeating it changes nothing. Raises Done when it ended with other words, and
    AnswersAlready for a reply besides the answer to a suggestion."""
    if how.reply is not None and follow_up.kind is PromiseKind.IMPROVEMENT_REPLY:
        raise AnswersAlready("The answer to a suggestion is what the customer reads. Leave `reply` out.")
    if follow_up.done_at is None:
        changed = {
            "version": follow_up.version + 1,
            "done_at": now,
            "answer": how.answer,
            "reply": how.reply,
        }
        return follow_up.model_copy(update=changed)
    if how != Ending(follow_up.answer or "", follow_up.reply):
        raise Done(f"It was done on {follow_up.done_at:%Y-%m-%d %H:%M} UTC, with another answer.")
    return follow_up


def _opened(
    survey: Survey, kind: PromiseKind, owner: str, about: str, times: tuple[datetime, datetime]
) -> FollowUp:
    return FollowUp(
        id=str(uuid5(NAMESPACE_URL, f"urn:candor:follow-up:{survey.id}:{kind}")),
        incident_id=survey.incident_id,
        version=1,
        kind=kind,
        owner=owner,
        about=about,
        opened_at=times[0],
        due_at=times[1],
    )
