"""The ways on which messages leave. Each channel judges its own failures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side took it."""


@dataclass(frozen=True, slots=True)
class Passing:
    """It may work later. It may also have arrived: a mail whose answer was lost is sent again with the same id."""

    reason: str
    away: bool = False
    """True when the whole channel is away, whatever the message."""


@dataclass(frozen=True, slots=True)
class Permanent:
    """The other side refused it, and will again."""

    reason: str


Outcome = Sent | Passing | Permanent


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
