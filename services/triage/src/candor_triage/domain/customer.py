"""What a customer can do to an incident themselves, on a page of their own: confirm it, say no, add words."""

from datetime import datetime

from candor_common.events import Channel, Contact, Incident, Origin, ReplyReceived
from candor_triage.domain.ending import confirm, reopen
from candor_triage.domain.life import Change, allowed
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
