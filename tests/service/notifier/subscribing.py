"""Notifier with subscribers, as tests of them drive it, and something that they hear of."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_common.events import (
    IncidentResolved,
)
from candor_notifier import service
from candor_notifier.webhook_delivery import (
    RESOURCE,
    WebhookDelivery,
    deliver_due,
)
from tests.plugins.served import Served, served_as
from tests.service.notifier.provider import Provider, answer
from tests.unit.notifier.builders import FIXED, an_incident


class House(Served):
    """Notifier with subscribers, as its tests drive it."""

    @property
    def delivery(self) -> WebhookDelivery:
        delivery: WebhookDelivery = self.runtime.resources[RESOURCE]
        return delivery

    async def deliver(self, **wait: float) -> datetime | None:
        """Deliver what is due after a while, and wait for it."""
        self.clock.advance(timedelta(**wait))
        later = await deliver_due(self.runtime)
        await self.delivery.idle()
        return later

    async def post(self, path: str, body: object = None) -> dict[str, Any]:
        answered = await self.client.post(path, json=body)
        answered.raise_for_status()
        return dict(answered.json() or {})

    async def subscribe(self, to: Provider, *types: str, **more: str) -> dict[str, Any]:
        return await self.post("/v1/subscriptions", {"url": f"{to.url}/hook", "types": types, **more})

    async def one(self, identifier: str) -> dict[str, Any]:
        return dict((await self.client.get(f"/v1/subscriptions/{identifier}")).json())

    async def deliveries(self, identifier: str, state: str = "") -> list[dict[str, Any]]:
        query = {"state": state} if state else {}
        found = await self.client.get(f"/v1/subscriptions/{identifier}/deliveries", params=query)
        listed: list[dict[str, Any]] = found.json()["deliveries"]
        return listed


@pytest.fixture
def clock() -> ManualClock:
    """The real time, since the standard's library knows no other."""
    return ManualClock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
async def house(database: Database, clock: ManualClock, tmp_path: Path) -> AsyncIterator[House]:
    allow = {"webhook_allow": "127.0.0.0/8"}
    async with served_as(House, service, database, clock, tmp_path, **allow) as running:
        yield running


@pytest.fixture
async def receiver() -> AsyncIterator[Provider]:
    server = Provider(lambda _asked: answer(204))
    await server.start()
    yield server
    await server.stop()


def resolved(number: int = 42) -> IncidentResolved:
    return IncidentResolved(incident=an_incident(f"INC-{number:06d}"), by="ana", resolution=FIXED)


def told(receiver: Provider) -> list[dict[str, Any]]:
    return [json.loads(asked.body) for asked in receiver.asked]
