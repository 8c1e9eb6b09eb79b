"""What tests of sending share: something to send, and a channel that waits for the test."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from candor_common.events import Fact, IncidentUpdated, Update
from candor_notifier.channels import Left, Outcome, Sent
from tests.unit.notifier.builders import an_incident


def news(number: int = 42) -> IncidentUpdated:
    incident = an_incident(f"INC-{number:06d}", version=2)
    return IncidentUpdated(incident=incident, by="ana", update=Update(doing="We look.", expect="Nothing."))


def types(facts: Sequence[Fact]) -> list[type[Fact]]:
    return [type(fact) for fact in facts]


class SlowChannel:
    """Takes mail, and answers when the test says so."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self._arrivals: asyncio.Queue[bytes] = asyncio.Queue()
        self.go = asyncio.Event()
        self.outcome: Outcome | None = Sent()
        self.closed = False

    async def send(self, envelope_from: str, recipient: str, raw: bytes) -> Outcome:
        self.taken.append(raw)
        self._arrivals.put_nowait(raw)
        await self.go.wait()
        if self.outcome is None:
            raise RuntimeError("unforeseen")
        return self.outcome

    async def gets(self, count: int) -> None:
        """Wait until so many more have arrived."""
        for _ in range(count):
            await self._arrivals.get()

    def keep(self, connection: Connection, mails: Sequence[Left], now: datetime) -> None:
        """Nothing to keep."""

    async def back(self) -> bool:
        return True

    async def close(self) -> None:
        self.closed = True
