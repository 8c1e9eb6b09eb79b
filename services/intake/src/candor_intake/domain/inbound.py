"""The one shape into which every source turns what it receives."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from candor_common.events import Channel, Contact, NonDelivery, Origin, SignalStatus
from candor_intake.domain.attachments import File

SUBJECT_CHARACTERS = 300
TEXT_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True)
class Thread:
    """What a message says about the conversation that it belongs to.

    None of it proves anything: whoever joins by a token has to check that the sender takes part.
    """

    message_id: str | None = None
    """With its angle brackets."""
    parents: tuple[str, ...] = ()
    """The messages it answers, the most recent first."""
    reference_tokens: tuple[str, ...] = ()
    """References like `INC-000123` from the subject."""
    address_tokens: tuple[str, ...] = ()
    """What follows the plus in addresses of ours that it was sent to."""
    also: tuple[str, ...] = ()
    """Further names under which later messages find this one."""


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody wrote to us."""

    sender: Contact
    """With an empty address when the message names nobody who could be answered."""
    subject_line: str
    text: str
    channel: Channel
    origin: Origin
    language: str = "en"
    urgent: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    dedup_key: str = ""
    """The sender's own id of this message, by which a repeat is recognised. Empty when there is none."""
    thread: Thread | None = None
    files: tuple[File, ...] = ()
    non_delivery: NonDelivery | None = None
    """Of a bounce, which mail of ours did not arrive."""


def by_each_name(request: Request) -> Iterator[Request]:
    """The request under each of the names by which later messages find it."""
    yield request
    if request.thread:
        for name in request.thread.also:
            yield replace(request, thread=replace(request.thread, message_id=name))


@dataclass(frozen=True, slots=True)
class Signal:
    """A machine reports trouble or its end."""

    signal_key: str
    """Equal for all signals about the same trouble."""
    status: SignalStatus
    severity: str
    subject_line: str
    text: str
    labels: Mapping[str, str]
    dedup_key: str
    started_at: datetime | None
    told_alike: bool = False
    """Whether the key is the same again when the trouble comes back, so that it says nothing without its turn."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Something that must not become work, and why."""

    reason: str


Inbound: TypeAlias = Request | Signal | Ignored


class BadPayload(Exception):
    """What came in can't be read. The detail is written for whoever sent it."""

    def __init__(self, detail: str, pointer: str = "#") -> None:
        super().__init__(detail, pointer)
        self.detail = detail
        self.pointer = pointer
        """The JSON pointer of the place, like `#/subject`; `#` is the whole."""

    def __str__(self) -> str:
        return f"{self.pointer}: {self.detail}"


class Malformed(BadPayload):
    """What came in isn't even written as it should be, so that there is no place in it to point at."""
