"""A survey's life: planned after a resolution, sent when the delay is over, answered until it expires."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from candor_common.events import Incident, Survey


class AnswerRefused(Exception):
    """The answer comes too late; the message is for the customer's page."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a customer said. `overall` runs from 1 (poor) to 5 (very good)."""

    overall: int
    comment: str | None = None


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


def answered(survey: Survey, answer: Answer, now: datetime) -> Survey:
    """The survey with an answer, which can be changed until it expires. Raises AnswerRefused after that."""
    if now > survey.expires_at:
        raise AnswerRefused(f"This survey was open until {survey.expires_at:%Y-%m-%d}.")
    comment = answer.comment.strip() if answer.comment else None
    return survey.model_copy(
        update={"answered_at": now, "overall": answer.overall, "comment": comment or None}
    )
