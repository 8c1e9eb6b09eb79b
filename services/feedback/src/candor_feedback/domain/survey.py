"""A survey's life: planned once the fix was verified, sent when the delay is over, answered until it expires."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias, get_args

from uuid_utils import NAMESPACE_URL, uuid5

from candor_common.events import Contact, Incident, Survey

LEEWAY = timedelta(minutes=1)
"""How far the clocks of two services may be apart."""
LONGEST_COMMENT = 5_000
"""In characters; what is longer is cut."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

Question: TypeAlias = Literal["overall", "speed", "solution", "manner"]
QUESTIONS: tuple[Question, ...] = get_args(Question)
"""The four, in the order of the page; the first is the one that the mail asks."""


class AnswerRefused(Exception):
    """The answer comes too late; the message is for the customer's page."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a customer said. Scores run from 1 (poor) to 5 (very good); nothing where they gave none."""

    overall: int | None = None
    speed: int | None = None
    solution: int | None = None
    manner: int | None = None
    solved: bool | None = None
    comment: str = ""

    @property
    def says_enough(self) -> bool:
        """One click is enough: the score for all of it, or that it is not solved."""
        return self.overall is not None or self.solved is False


def survey_id(incident: Incident) -> str:
    """One survey per resolution: the same resolution always gives the same id, a later one another."""
    resolved_at = incident.resolved_at.isoformat() if incident.resolved_at else ""
    return str(uuid5(NAMESPACE_URL, f"urn:candor:survey:{incident.id}:{resolved_at}"))


def planned(incident: Incident, requester: Contact, send_at: datetime, life: timedelta) -> Survey:
    """The survey for a resolution, to be sent at a moment and answered for so long."""
    return Survey(
        id=survey_id(incident),
        incident_id=incident.id,
        recipient=requester,
        language=incident.language,
        invited_at=send_at,
        expires_at=send_at + life,
    )


def invited(survey: Survey, now: datetime) -> Survey:
    """The survey as it is sent: its time to be answered counts from now, however late we are."""
    life = survey.expires_at - survey.invited_at
    return survey.model_copy(update={"invited_at": now, "expires_at": now + life})


def asked_by(planned_at: datetime, surveys: Iterable[Survey]) -> Survey | None:
    """The survey that a message invites to, of those about its incident: the last that was sent when it was planned."""
    before = [one for one in surveys if one.invited_at <= planned_at + LEEWAY]
    return max(before, key=lambda one: one.invited_at, default=None)


def is_over(survey: Survey, now: datetime) -> bool:
    """Whether the time to answer is over."""
    return now > survey.expires_at


def answered(survey: Survey, answer: Answer, now: datetime) -> Survey:
    """The survey with an answer, which can be changed until it expires; the same survey when nothing changes.
    Raises AnswerRefused after that."""
    if is_over(survey, now):
        raise AnswerRefused(f"This survey was open until {survey.expires_at:%Y-%m-%d}.")
    said: dict[str, object] = {question: getattr(answer, question) for question in QUESTIONS}
    said |= {"solved": answer.solved, "comment": comment_of(answer.comment)}
    if survey.answered_at is not None and all(getattr(survey, name) == said[name] for name in said):
        return survey
    return survey.model_copy(update={"answered_at": now, **said})


def comment_of(written: str) -> str | None:
    """What somebody wrote, with plain line ends and without what can't be stored; None when it says nothing."""
    return plain(written)[:LONGEST_COMMENT].rstrip() or None


def plain(written: str) -> str:
    """The same with nothing cut off."""
    return _UNSTORABLE.sub("\ufffd", "\n".join(written.splitlines())).strip()
