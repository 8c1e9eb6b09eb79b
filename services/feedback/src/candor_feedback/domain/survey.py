"""A survey's life: planned after a resolution, sent when the delay is over, answered until it expires."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from candor_common.events import Incident, Survey

LONGEST_COMMENT = 5_000
"""In characters; what is longer is cut."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class AnswerRefused(Exception):
    """The answer comes too late; the message is for the customer's page."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a customer said. `overall` runs from 1 (poor) to 5 (very good)."""

    overall: int
    comment: str = ""


def survey_id(incident: Incident) -> str:
    """One survey per resolution: the same resolution always gives the same id, a later one another."""
    resolved_at = incident.resolved_at.isoformat() if incident.resolved_at else ""
    return str(uuid5(NAMESPACE_URL, f"urn:candor:survey:{incident.id}:{resolved_at}"))


def planned(incident: Incident, delay: timedelta, life: timedelta) -> Survey | None:
    """The survey for a resolution, to be sent after the charter's delay; None when there is nobody to ask."""
    if incident.requester is None or not incident.requester.address or incident.resolved_at is None:
        return None
    send_at = incident.resolved_at + delay
    return Survey(
        id=survey_id(incident),
        incident_id=incident.id,
        recipient=incident.requester,
        language=incident.language,
        invited_at=send_at,
        expires_at=send_at + life,
    )


def invited(survey: Survey, now: datetime) -> Survey:
    """The survey as it is sent: its time to be answered counts from now, however late we are."""
    life = survey.expires_at - survey.invited_at
    return survey.model_copy(update={"invited_at": now, "expires_at": now + life})


def is_over(survey: Survey, now: datetime) -> bool:
    """Whether the time to answer is over."""
    return now > survey.expires_at


def answered(survey: Survey, answer: Answer, now: datetime) -> Survey:
    """The survey with an answer, which can be changed until it expires; the same survey when nothing changes.
    Raises AnswerRefused after that."""
    if is_over(survey, now):
        raise AnswerRefused(f"This survey was open until {survey.expires_at:%Y-%m-%d}.")
    comment = comment_of(answer.comment)
    if survey.answered_at is not None and (survey.overall, survey.comment) == (answer.overall, comment):
        return survey
    return survey.model_copy(update={"answered_at": now, "overall": answer.overall, "comment": comment})


def comment_of(written: str) -> str | None:
    """What somebody wrote, with plain line ends and without what can't be stored; None when it says nothing."""
    storable = _UNSTORABLE.sub("\ufffd", "\n".join(written.splitlines()))
    return storable.strip()[:LONGEST_COMMENT].rstrip() or None
