"""The ways on which messages leave. Each channel judges its own failures."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from sqlalchemy import Connection

from candor_common.events import Message


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side took it."""

    receipt: str = ""
    """What the other side calls it, where it says so."""
    raw: bytes = field(default=b"", repr=False, compare=False)
    """The mail as it left, for the mailbox."""


@dataclass(frozen=True, slots=True)
class Passing:
    """It may work later. It may also have arrived: a mail whose answer was lost is sent again with the same id."""

    reason: str
    away: bool = False
    """True when the whole channel is away, whatever the message."""
    after: timedelta | None = None
    """How long the other side wants us to wait, where it says so."""


@dataclass(frozen=True, slots=True)
class Permanent:
    """The other side refused it, and will again."""

    reason: str
    gone: bool = False
    """True when the other side wants nothing of us any more at this address, whatever the message."""


Outcome: TypeAlias = Sent | Passing | Permanent


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in words, as a channel gets it. The same in every attempt at the same content."""

    message: Message
    """Whom it is for, and by what it is known: its `id` is the same in every attempt."""
    subject: str
    text: str
    html: str
    gist: str
    """What it comes to in a sentence, for where there is no room for the text."""
    next_by: str
    """When the next word comes, as a sentence."""
    thread: tuple[str, ...] = ()
    """Ids of earlier messages in the conversation as their channels call them, oldest first."""


class Messenger(Protocol):
    """A way on which a message in words leaves. It never raises: what goes wrong is an outcome."""

    async def send(self, rendered: Rendered) -> Outcome: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Left:
    """A message that has left."""

    id: str
    recipient: str
    subject: str
    raw: bytes


class Channel(Protocol):
    """A way to send mail. It never raises: what goes wrong is an outcome."""

    async def send(self, envelope_from: str, recipient: str, raw: bytes) -> Outcome:
        """Send one mail; an empty `envelope_from` wants no bounces. Ends within `smtp.LONGEST_SEND`."""
        ...

    def keep(self, connection: Connection, mails: Sequence[Left], now: datetime) -> None:
        """Called in the transaction that records that these left."""
        ...

    async def back(self) -> bool:
        """After a message found the channel away: whether it is there again."""
        ...

    async def close(self) -> None: ...
