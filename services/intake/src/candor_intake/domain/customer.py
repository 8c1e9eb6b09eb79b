"""Customers and the people who write for them, as far as the operator has told us."""

from collections.abc import Iterable
from dataclasses import dataclass

from candor_common.events import Contact, Lane
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

    def contact(self, sender: Contact) -> Contact:
        """The sender with name and zone; the name by which they wrote comes first."""
        return sender.model_copy(update={"name": sender.name or self.name, "zone": self.zone})


def senders_of(requests: Iterable[Request]) -> set[str]:
    """The keys under which the senders would be known."""
    return {member_key(one.sender.address) for one in requests if one.sender.address}
