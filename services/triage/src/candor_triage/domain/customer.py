"""What a customer can do to an incident themselves, on a page of their own: confirm it, say no, add words."""

from datetime import datetime

from uuid_utils import NAMESPACE_URL, uuid5

from candor_common.events import (
    Channel,
    Contact,
    Incident,
    IncidentDisputed,
    Origin,
    ReplyReceived,
)
from candor_triage.domain.ending import confirm, reopen
from candor_triage.domain.life import Change, allowed, step
from candor_triage.domain.rules import Who


def choices(incident: Incident) -> list[str]:
    """The commands that the customer could give now: of `resume`, `confirm` and `reopen`."""
    return allowed(incident, Who.CUSTOMER)


def confirmed(incident: Incident, customer: Contact, now: datetime) -> Change:
    """They say that it works. Raises Refused when it is not resolved, or verified already."""
    return confirm(incident, _name(customer), now, Who.CUSTOMER)


def not_solved(incident: Incident, customer: Contact, reason: str | None) -> Change:
    """They say that it does not. Raises Refused when it goes on anyway."""
    return reopen(incident, _name(customer), reason, Who.CUSTOMER)


def disputed(incident: Incident, customer: Contact, said: str, text: str, now: datetime) -> Change:
    """They say so when it is too late to open it again. Equal names in `said` are the same words said twice."""
    after = step(incident, _name(customer))
    id = str(uuid5(NAMESPACE_URL, f"urn:candor:said:{said}"))
    fact = IncidentDisputed(incident=after, by=customer, request_id=id, text=text, said_at=now)
    return Change(after, fact)


_SAYS = "candor.says"
_NO = "not solved"


def insisting(reply: ReplyReceived) -> ReplyReceived:
    """Words that stand beside a plain no: whatever they read like, it is not solved."""
    return reply.model_copy(update={"labels": reply.labels | {_SAYS: _NO}})


def says_no(reply: ReplyReceived) -> bool:
    """Whether they said so besides their words."""
    return reply.labels.get(_SAYS) == _NO


def words(incident: Incident, customer: Contact, text: str, request_id: str, now: datetime) -> ReplyReceived:
    """What they add, as a reply like any other; equal ids are the same words sent twice."""
    return ReplyReceived(
        request_id=request_id,
        reference=incident.id,
        conversation_id=incident.id,
        channel=Channel.FORM,
        origin=Origin.HUMAN,
        received_at=now,
        subject_line="",
        text=text,
        sender=customer,
        incident_id=incident.id,
    )


def _name(customer: Contact) -> str:
    return customer.address or "customer"
