"""What there is to say about a way in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from candor_common.events import Channel

FORM = "application/x-www-form-urlencoded"
FORM_WITH_FILES = "multipart/form-data"
JSON = "application/json"


class Proof(StrEnum):
    """How a door knows who sends."""

    API_KEY = "api-key"
    """A key of ours, in the Authorization header."""
    STANDARD_WEBHOOKS = "standard-webhooks"
    SLACK = "slack"
    TWILIO = "twilio"
    ROUTING_KEY = "routing-key"
    """A secret in the body, compared in constant time."""
    SOURCE_SECRET = "source-secret"
    """The source's own secret, in the Authorization header."""
    SIGNED_IN = "signed-in"
    """A person of ours."""
    NONE = "none"
    """Anybody: the door limits how many come from one place."""


@dataclass(frozen=True, slots=True)
class Statuses:
    """What a door answers, chosen so that each sender does the right thing next."""

    accepted: int
    """Stored, or known already, or rightly ignored."""
    malformed: int = 400
    """Not even written as it should be; sending it again would not help."""
    refused: int = 422
    """Readable and wrong; sending it again would not help."""
    not_genuine: int = 401
    too_large: int = 413
    busy: int = 503
    """Not stored; the sender is to send it again."""


@dataclass(frozen=True, slots=True)
class Door:
    """One way in."""

    name: str
    path: str
    channel: Channel
    content_types: tuple[str, ...]
    proof: Proof
    yields: tuple[Literal["request", "signal"], ...]
    statuses: Statuses
    repeat: str
    """By what a repeat is recognised."""
    doc: str
    """For whoever sets it up."""
    vouches: bool = False
    """Whether the sender proves which messages belong together, so that nobody has to take part already to join."""
    seconds: float | None = None
    """How long the sender waits for the answer."""
    refusal_headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every refusal, never with `busy`."""

    @property
    def has_sources(self) -> bool:
        """Whether each sender has to be let in as a source, with a secret."""
        return self.proof in _OF_SOURCES

    def address(self, public_url: str, source: str) -> str:
        """What to paste at the provider."""
        return f"{public_url}{self.path.format(source=source)}"


_OF_SOURCES = frozenset(
    {Proof.STANDARD_WEBHOOKS, Proof.SLACK, Proof.TWILIO, Proof.ROUTING_KEY, Proof.SOURCE_SECRET}
)
