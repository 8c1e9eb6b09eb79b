"""What can be seen of Candor from outside: mails and events."""

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from candor_common.events import Envelope, Fact

_LINK = re.compile(r"https?://[^\s<>\"]+/survey/[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that has reached its mailbox."""

    at: datetime
    recipient: str
    message: EmailMessage

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"] or "").strip()

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def text(self) -> str:
        """All that a reader sees, in every form that the mail has."""
        parts = [part for part in self.message.walk() if part.get_content_maintype() == "text"]
        return "\n".join(str(part.get_content()) for part in parts)

    @property
    def survey_link(self) -> str:
        """The address of the survey's page, without the score that a link may bring along."""
        found = _LINK.search(self.text)
        return found.group().partition("?")[0] if found else ""


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """An event at its place in a log."""

    partition: str
    offset: int
    envelope: Envelope[Fact]

    @property
    def fact(self) -> Fact:
        return self.envelope.fact

    @property
    def at(self) -> datetime:
        return self.envelope.time


def read_mail(raw: bytes, at: datetime, recipient: str) -> Mail:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    if not isinstance(message, EmailMessage):
        raise TypeError("the default policy makes another class of message")
    return Mail(at, recipient, message)


def field_of(fact: Fact, name: str) -> object:
    """A field of the fact, or of the snapshot that it carries."""
    holders = [fact, *(getattr(fact, part, None) for part in ("incident", "promise", "message", "survey"))]
    for holder in holders:
        if hasattr(holder, name):
            return getattr(holder, name)
    raise AttributeError(f"{type(fact).__name__} has no {name}")
