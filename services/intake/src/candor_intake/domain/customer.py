"""Customers and the people who write for them, as far as the operator has told us."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from candor_common.events import Channel, Contact, Incident, Lane, Origin
from candor_intake.domain.conversations import member_key
from candor_intake.domain.inbound import Request


@dataclass(frozen=True, slots=True)
class KnownSender:
    """What there is to know of whoever has an address. What is not known of the person is that of the customer."""

    customer: str
    lane: Lane | None = None
    name: str | None = None
    language: str | None = None
    zone: str | None = None
    customer_id: str = ""

    def contact(self, sender: Contact) -> Contact:
        """The sender with name and zone; the name by which they wrote comes first."""
        return sender.model_copy(update={"name": sender.name or self.name, "zone": self.zone})


def senders_of(requests: Iterable[Request]) -> set[str]:
    """The keys under which the senders would be known."""
    return {member_key(one.sender.address) for one in requests if one.sender.address}


@dataclass(frozen=True, slots=True)
class UnverifiedContact:
    """Somebody who wrote and belongs to no customer that we know."""

    key: str
    channel: Channel
    address: str
    name: str | None
    language: str
    incident_id: str
    """To which their first message led."""
    seen_at: datetime
    """When that was."""


def unverified_of(incident: Incident) -> UnverifiedContact | None:
    """Who opened an incident, if it is a person whom nobody knows yet."""
    writer = incident.requester
    if writer is None or not writer.address or incident.customer or incident.origin is not Origin.HUMAN:
        return None
    return UnverifiedContact(
        key=member_key(writer.address),
        channel=incident.channel,
        address=writer.address,
        name=writer.name,
        language=incident.language,
        incident_id=incident.id,
        seen_at=incident.opened_at,
    )
