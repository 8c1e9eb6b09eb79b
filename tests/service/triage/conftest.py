"""One triage on a real database, a clock moved by hand, and nothing that runs by itself."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_common.events import Incident
from candor_triage import service, store, timeline_store
from candor_triage.scheduler import look_for_owners, watch_over
from tests.plugins.served import Served, served_as
from tests.service.triage.reading import Browser
from tests.unit.triage.builders import NOON
from tests.worlds.charters import shipped, write

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""For what is decided before any database is asked."""


class Desk(Served):
    """Triage, as its tests drive it: events and commands in, facts and rows out."""

    async def watch_over(self) -> Any:
        return await watch_over(self.runtime)

    async def look_for_owners(self) -> Any:
        return await look_for_owners(self.runtime)

    async def incident(self, reference: str) -> Incident:
        found = await self.database.read(lambda connection: store.led_to(connection, reference))
        assert found is not None
        return found

    async def kinds(self, reference: str) -> list[str]:
        """What stands in the timeline of an incident."""
        entries = await self.database.read(
            lambda connection: timeline_store.timeline_of(connection, reference, 1000)
        )
        return [entry.kind for entry in entries]

    async def entries(self, reference: str, kind: str) -> list[tuple[str, str]]:
        """Who and what of the entries of a kind in the timeline of an incident."""
        entries = await self.database.read(
            lambda connection: timeline_store.timeline_of(connection, reference, 1000)
        )
        return [(entry.actor, entry.text) for entry in entries if entry.kind == kind]

    async def act(self, reference: str, name: str, **words: Any) -> Incident:
        """Give a command that must be taken, on the version there is."""
        answer = await self.command(reference, name, (await self.incident(reference)).version, **words)
        assert answer.status_code == 200, answer.text
        return Incident.model_validate_json(answer.content)

    async def command(
        self, reference: str, name: str, version: int | None, by: str = "ana", **words: Any
    ) -> httpx.Response:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        address = f"/v1/incidents/{reference}/{name}"
        return await self.client.post(address, json={"by": by} | words, headers=headers)

    async def resolve(self, reference: str) -> None:
        version = (await self.incident(reference)).version
        words = {"cause": "A full disk.", "done": "Removed logs.", "checked": "It loads."}
        assert (await self.command(reference, "resolve", version, **words)).status_code == 200


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


PEOPLE = {
    "ana": {"teams": ["service-desk"], "shift": "always"},
    "bo": {"teams": ["service-desk"], "shift": "always"},
    "cy": {"teams": ["infrastructure"], "shift": "office"},
}
"""Of the office in Shanghai it is past closing time at noon in UTC."""


@pytest.fixture
async def staffed(database: Database, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Desk]:
    """With a charter that names people, and that hands on by itself what is answered late."""
    content = shipped() | {"people": PEOPLE, "escalate_on_breach": True}
    charter = write(content, tmp_path / "charter.yaml")
    async with served_as(Desk, service, database, clock, tmp_path, charter=charter) as running:
        yield running


@pytest.fixture
async def desk(database: Database, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Desk]:
    async with served_as(Desk, service, database, clock, tmp_path) as running:
        yield running


@pytest.fixture
def browser(desk: Desk) -> Browser:
    return Browser(desk)
