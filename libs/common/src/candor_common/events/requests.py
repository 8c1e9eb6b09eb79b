"""What came in."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from candor_common.events.fact import Emitter, Fact, Topic
from candor_common.events.kinds import Channel, Lane, Origin, SignalStatus
from candor_common.events.snapshots import Attachment, Contact, Text, Value


class _Inbound(Fact):
    topic: ClassVar[Topic] = "requests"
    emitter: ClassVar[Emitter] = "intake"

    request_id: str
    reference: str
    """The reference that the sender was given for this request."""
    conversation_id: str
    channel: Channel
    origin: Origin
    received_at: datetime
    subject_line: Text
    text: Text
    labels: dict[str, Text] = Field(default_factory=dict)
    message_id: Text | None = None
    """The mail's own id, so that our answers stand in its thread."""
    attachments: tuple[Attachment, ...] = ()

    @property
    def key(self) -> str:
        return self.conversation_id

    @property
    def subject(self) -> str:
        return self.reference


class NonDelivery(Value):
    """What a bounce says: that mail of ours did not arrive, for good."""

    message_ids: tuple[Text, ...]
    """Of the mails that came back, with their angle brackets."""
    reason: Text
    """In the words of the other side."""


class _Written(_Inbound):
    sender: Contact
    non_delivery: NonDelivery | None = None
    """Of a bounce, what it brings back."""


class RequestReceived(_Written):
    """Somebody asks for something that belongs to no known incident. Emitted once it is stored durably."""

    type: ClassVar[str] = "candor.request.received.v1"

    language: str = "en"
    urgent: bool = False
    """True when the sender says that a service is down or data are at risk."""
    customer: Text | None = None
    """The organisation that the sender belongs to, where it is known."""
    lane: Lane | None = None
    """The lane that the customer's contract gives, where it is known."""
    verified: bool = True
    """False when nobody vouches for the sender: the address is new to us."""


class ReplyReceived(_Written):
    """A known participant of an incident wrote again. Emitted once it is stored durably."""

    type: ClassVar[str] = "candor.request.replied.v1"

    incident_id: str

    @property
    def subject(self) -> str:
        return self.incident_id


class SignalReceived(_Inbound):
    """A machine reports trouble or its end. Emitted once it is stored durably."""

    type: ClassVar[str] = "candor.request.signalled.v1"

    signal_key: str
    """Equal for all signals about the same trouble."""
    status: SignalStatus
    severity: str = ""
