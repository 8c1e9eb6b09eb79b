"""Programs that have no Kafka get every incident as it stands, and go on where they were cut off."""

import asyncio
import json
from typing import Any

import pytest

from candor_triage import stream_api
from candor_triage.pages.stream import Seen, events
from candor_triage.stream_api import looker
from tests.service.triage.conftest import Desk
from tests.unit.triage.builders import a_request

pytestmark = pytest.mark.packages("candor_triage")


class Program:
    """What one gets that looks by itself."""

    def __init__(self, desk: Desk, last: int = 0) -> None:
        self._look = looker(desk.runtime)
        self.seen = Seen(last, frozenset())

    async def look(self) -> list[dict[str, Any]]:
        self.seen = await self._look(self.seen.last, self.seen.told)
        return [json.loads(one.partition("data: ")[2]) for one in self.seen.messages]

    async def versions(self) -> dict[str, int]:
        return {one["id"]: one["version"] for one in await self.look()}

    @property
    def numbered(self) -> list[bool]:
        return [one.startswith("id: ") for one in self.seen.messages]


async def test_a_newcomer_gets_every_incident_as_it_stands(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"), a_request("INC-000002"))
    after = await desk.act("INC-000001", "acknowledge")
    shown = await Program(desk).look()
    assert {one["id"] for one in shown} == {"INC-000001", "INC-000002"}
    assert next(one for one in shown if one["id"] == after.id) == after.model_dump(
        mode="json", exclude_none=True
    )


async def test_a_change_is_told_once_and_nothing_when_nothing_has_changed(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"), a_request("INC-000002"))
    program = Program(desk)
    await program.look()
    assert await program.look() == []
    after = await desk.act("INC-000002", "acknowledge")
    assert await program.versions() == {"INC-000002": after.version}
    assert await program.look() == []


async def test_who_comes_back_gets_what_changed_meanwhile(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    first = Program(desk)
    await first.look()
    await desk.receive(a_request("INC-000002"))
    assert "INC-000002" in await Program(desk, first.seen.last).versions()


async def test_only_the_last_of_several_moves_the_place_to_go_on_from(desk: Desk) -> None:
    await desk.receive(*(a_request(f"INC-{number:06}") for number in (1, 2, 3)))
    program = Program(desk)
    await program.look()
    assert program.numbered == [False, False, True]


async def test_who_is_far_behind_gets_all_in_several_looks(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_api, "PAGE", 4)
    monkeypatch.setattr(stream_api, "BACK", 1)
    await desk.receive(*(a_request(f"INC-{number:06}") for number in range(1, 6)))
    program, known = Program(desk), set()
    while True:
        known |= set(await program.versions())
        if not program.seen.more:
            break
    assert known == {f"INC-{number:06}" for number in range(1, 6)}


async def test_it_is_told_as_server_sent_events(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    stream = events(looker(desk.runtime), 0)
    async with asyncio.timeout(5):
        assert await anext(stream) == "retry: 2000\n\n"
        lines = (await anext(stream)).splitlines()
    assert [line.partition(":")[0] for line in lines] == ["id", "event", "data", ""]


async def test_a_key_that_may_not_read_gets_nothing(desk: Desk) -> None:
    answer = await desk.client.get("/v1/stream/incidents", headers=desk.key("shop", "post"))
    assert answer.status_code == 403
