"""To which incident a message belongs: by the address that it was sent to, by what it answers, by what it names; and
only where its sender takes part.

Addresses, message ids and references can be guessed or copied, so they prove nothing by themselves. Only a provider that
signs what it sends, and says itself which of it belongs together, is taken at its word.
"""

from collections.abc import Iterable, Iterator, Mapping

from candor_common.events import Origin
from candor_intake.domain.addresses import mailbox
from candor_intake.domain.fingerprint import bounded
from candor_intake.domain.inbound import Request

LONGEST_MESSAGE_ID = 300
LONGEST_MAILBOX = 320


def message_key(message_id: str) -> str:
    """A mail's id as it is kept."""
    return bounded(message_id, LONGEST_MESSAGE_ID)


def member_key(address: str) -> str:
    """A person's mailbox as it is kept."""
    return bounded(mailbox(address), LONGEST_MAILBOX)


def parents_of(requests: Iterable[Request]) -> set[str]:
    """The mails that requests say they answer."""
    return {key for one in requests for key in _parents(one)}


def tokens_of(requests: Iterable[Request]) -> set[str]:
    """The references that requests name, and those of the addresses that they were sent to."""
    return {token for one in requests for token in (*_address_tokens(one), *_tokens(one))}


class Conversations:
    """What is known of the conversations that some requests may belong to; it grows by what is noted."""

    def __init__(
        self, of_message: Mapping[str, str], led_to: Mapping[str, str], members: Iterable[tuple[str, str]]
    ) -> None:
        self._of_message = dict(of_message)
        self._led_to = led_to
        self._members = set(members)
        self._customer_of: Mapping[str, str] = {}
        self.new_messages: dict[str, str] = {}
        """The references to which mails lead that were noted here, by their ids."""
        self.new_members: set[tuple[str, str]] = set()
        """Who came to take part since, as (reference, mailbox)."""

    @property
    def mailboxes(self) -> set[str]:
        """Of all who take part."""
        return {member for _, member in self._members}

    def know(self, customer_of: Mapping[str, str]) -> None:
        """Whose contacts people are, by their mailboxes."""
        self._customer_of = customer_of

    def joined(self, request: Request, *, vouched: bool = False) -> str | None:
        """The incident that a request continues. A bounce follows the mail that it brings back, whoever sends it, and
        so does what a provider vouches for: the second person in a thread of Slack, a recording without a number."""
        if request.origin is Origin.BOUNCE:
            return next(self._of_parents(request), None)
        if vouched and (found := next(self._of_parents(request), None)):
            return found
        sender = member_key(request.sender.address)
        return next((one for one in self._candidates(request) if self._takes_part(one, sender)), None)

    def touched(self, request: Request) -> str | None:
        """The incident that a request seems to be about, whoever sent it. Nothing that nobody was ever given."""
        return next((one for one in self._candidates(request) if self._is_known(one)), None)

    def note(self, request: Request, reference: str, joined: str | None) -> None:
        """From now on the request's mail leads where it belongs, and its sender takes part there. In what it joined
        and under its own reference: an answer that comes too late opens an incident of that name."""
        if request.thread is not None and request.thread.message_id:
            key = message_key(request.thread.message_id)
            self.new_messages[key] = self._of_message[key] = joined or reference
        if request.sender.address and request.origin is not Origin.BOUNCE:
            sender = member_key(request.sender.address)
            came = {(reference, sender), (joined or reference, sender)}
            self.new_members |= came
            self._members |= came

    def _is_known(self, incident: str) -> bool:
        return incident in self._led_to.values() or any(incident == one for one, _ in self._members)

    def _takes_part(self, incident: str, sender: str) -> bool:
        return (incident, sender) in self._members or self._is_of_the_customer(incident, sender)

    def _is_of_the_customer(self, incident: str, sender: str) -> bool:
        """Whether the sender is a contact of the one customer whose contacts take part."""
        customer = self._customer_of.get(sender)
        if customer is None:
            return False
        others = {self._customer_of.get(member) for one, member in self._members if one == incident}
        return others - {None} == {customer}

    def _candidates(self, request: Request) -> Iterator[str]:
        """The surest first: we wrote the address of an answer, the client its headers, and people what they name."""
        yield from self._of_tokens(_address_tokens(request))
        yield from self._of_parents(request)
        yield from self._of_tokens(_tokens(request))

    def _of_tokens(self, tokens: Iterable[str]) -> Iterator[str]:
        for token in tokens:
            # The sender takes part in what a reference led to, or is who was given the reference.
            yield from (self._led_to.get(token, token), token)

    def _of_parents(self, request: Request) -> Iterator[str]:
        for parent in _parents(request):
            if parent in self._of_message:
                reference = self._of_message[parent]
                yield from (self._led_to.get(reference, reference), reference)


def _parents(request: Request) -> list[str]:
    return [message_key(parent) for parent in request.thread.parents] if request.thread else []


def _address_tokens(request: Request) -> list[str]:
    # Mail servers may change the case of what follows the plus.
    return [token.upper() for token in request.thread.address_tokens] if request.thread else []


def _tokens(request: Request) -> list[str]:
    return [token.upper() for token in request.thread.reference_tokens] if request.thread else []
