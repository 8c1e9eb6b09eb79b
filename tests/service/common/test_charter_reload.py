"""Another charter comes into force while a process runs: at once, for all of it, or not at all."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from candor.services import SERVICES
from candor_common.charter_reload import charter_calls, reload_charter, reload_whenever
from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_feedback import service as feedback
from tests.plugins.served import Served, served
from tests.worlds.actions import request
from tests.worlds.charters import shipped, write
from tests.worlds.embedded import World, opened
from tests.worlds.story import Telling

pytestmark = pytest.mark.packages("candor_feedback")

SOON = {"P1": "10m", "P2": "20m", "P3": "30m", "P4": "40m"}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    return write(shipped(), tmp_path / "house.yaml")


@pytest.fixture
async def running(
    database: Database, clock: ManualClock, tmp_path: Path, house: Path
) -> AsyncIterator[Served]:
    async with served(feedback, database, clock, tmp_path, charter=house) as one:
        yield one


def misspelt(house: Path) -> int:
    """Make a slip in a charter; returns its line."""
    text = house.read_text("utf-8").replace("renewals: 2", "renewal: 2")
    house.write_text(text, "utf-8")
    return text[: text.index("renewal: 2")].count("\n") + 1


def remove(house: Path) -> None:
    house.unlink()


async def reload(one: Served) -> Any:
    return await one.client.post("/v1/charter/feedback/reload")


async def test_a_changed_charter_counts_once_it_is_read(running: Served, house: Path) -> None:
    before = running.runtime.context
    write(shipped() | {"update_every": SOON}, house)
    answer = await reload(running)
    after = running.runtime.context
    assert answer.status_code == 200
    assert answer.json() == {
        "service": "feedback",
        "file": str(house),
        "version": after.charter.version,
        "before": before.charter.version,
        "notices": after.charter.notices(running.runtime.clock.now().date()),
    }
    assert after.charter.version != before.charter.version
    assert (after.settings, after.signer) == (before.settings, before.signer)
    shown = (await running.client.get("/v1/charter/feedback")).json()
    assert (shown["version"], shown["file"]) == (after.charter.version, str(house))


async def test_what_began_under_a_charter_keeps_it_whole(running: Served, house: Path) -> None:
    held = running.runtime.context
    version = held.charter.version
    write(shipped() | {"update_every": SOON}, house)
    await reload_charter(running.runtime)
    assert held.charter.version == version


async def test_a_charter_that_is_wrong_is_told_and_the_one_before_stays(running: Served, house: Path) -> None:
    before = running.runtime.context.charter
    line = str(misspelt(house))
    answer = await reload(running)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "detail": f"{house}:{line}: renewal: unknown key. Did you mean `renewals`?",
            "file": str(house),
            "line": line,
            "key": "renewal",
        }
    ]
    assert f"version {before.version} goes on counting" in answer.json()["detail"]
    assert running.runtime.context.charter is before


async def test_a_charter_that_is_gone_leaves_the_one_before(running: Served, house: Path) -> None:
    before = running.runtime.context.charter
    remove(house)
    answer = await reload(running)
    assert answer.status_code == 422
    assert "the file can't be read" in answer.json()["errors"][0]["detail"]
    assert running.runtime.context.charter is before


async def test_only_who_may_operate_changes_the_charter(running: Served) -> None:
    keys = {scope: running.key(scope, scope) for scope in ("work", "operate")}
    for headers, status in ((keys["work"], 403), ({}, 401), (keys["operate"], 200)):
        answer = await running.client.post("/v1/charter/feedback/reload", headers=headers)
        assert answer.status_code == status


async def test_the_other_replicas_hear_of_a_call(running: Served, house: Path) -> None:
    """They listen at the same database, and read the charter only when there was another call."""
    replica = charter_calls(["feedback"])
    await replica.run(running.runtime)
    before = running.runtime.context.charter
    write(shipped() | {"update_every": SOON}, house)
    await replica.run(running.runtime)
    assert running.runtime.context.charter is before

    await reload(running)
    running.runtime.go_by(before)
    await replica.run(running.runtime)
    called = running.runtime.context.charter
    assert called.version != before.version
    await replica.run(running.runtime)
    assert running.runtime.context.charter is called


async def test_a_replica_hears_of_a_call_that_came_between_its_start_and_its_first_look(
    running: Served, house: Path
) -> None:
    replica = charter_calls(["feedback"])
    before = running.runtime.context.charter
    write(shipped() | {"update_every": SOON}, house)
    await reload(running)
    # What the endpoint has changed is the process that was asked; this one has read the file before.
    running.runtime.go_by(before)
    await replica.run(running.runtime)
    assert running.runtime.context.charter.version != before.version


async def test_a_replica_that_was_never_called_reads_the_charter_once(running: Served, house: Path) -> None:
    before = running.runtime.context.charter
    write(shipped() | {"update_every": SOON}, house)
    await charter_calls(["feedback"]).run(running.runtime)
    assert running.runtime.context.charter is before


async def test_a_replica_that_cannot_read_the_charter_keeps_its_own_and_goes_on(
    running: Served, house: Path
) -> None:
    replica = charter_calls(["feedback"])
    await replica.run(running.runtime)
    await reload(running)
    before = running.runtime.context.charter
    write({"teams": {}}, house)
    await replica.run(running.runtime)
    assert running.runtime.context.charter is before


async def test_each_signal_reads_the_charter_and_a_wrong_one_stops_nothing(
    running: Served, house: Path
) -> None:
    asked, read = asyncio.Event(), running.runtime.reloading
    task = asyncio.create_task(reload_whenever(asked, running.runtime))

    async def signalled() -> str:
        asked.set()
        while asked.is_set() or read.locked():
            await asyncio.sleep(0)
        return running.runtime.context.charter.version

    before = running.runtime.context.charter.version
    write({"teams": {}}, house)
    assert await signalled() == before
    write(shipped() | {"update_every": SOON}, house)
    assert await signalled() != before
    task.cancel()


@pytest.fixture
async def world(tmp_path: Path, house: Path) -> AsyncIterator[World]:
    async with opened(tmp_path / "data", charter=house) as made:
        yield made


async def made(world: World, telling: Telling, tag: str) -> dict[str, tuple[str, str]]:
    """The promises of a new incident: version and date of each."""
    await request(f"Shop is down {tag}", "502", sender=f"{tag}@shop.example", urgent=True).run(telling)
    await world.settle()
    return await promised(world, f"INC-{int(tag):06d}")


async def promised(world: World, incident: str) -> dict[str, tuple[str, str]]:
    found = (await world.http.get("/v1/promises", params={"incident": incident})).json()["items"]
    return {one["kind"]: (one["charter_version"], one["due_at"]) for one in found}


async def test_promises_stay_as_they_were_made_and_new_ones_follow_the_new_charter(
    world: World, house: Path
) -> None:
    telling = Telling(world, "shop1")
    first = await made(world, telling, "1")
    before = world.assembly.runtime.context.charter.version
    everywhere = {"first_response": "5m", "resolution": "6m"}
    quicker = {level: dict.fromkeys(SOON, everywhere) for level in ("L1", "L2")}
    write(shipped() | {"targets": quicker, "update_every": dict.fromkeys(SOON, "5m")}, house)
    for service in SERVICES:
        answer = await world.http.post(f"/v1/charter/{service.name}/reload")
        assert answer.status_code == 200
    after = world.assembly.runtime.context.charter.version
    await world.settle()

    assert await promised(world, "INC-000001") == first
    assert {version for version, _ in first.values()} == {before}
    second = await made(world, telling, "2")
    assert {version for version, _ in second.values()} == {after}
    assert second["resolution"][1] < first["resolution"][1]


async def test_the_next_mail_speaks_in_the_new_words(world: World, house: Path) -> None:
    telling = Telling(world, "shop1")
    await made(world, telling, "1")
    own = {"en": "Call 400-000 at any hour.", "zh-Hans": "请来电。", "zh-Hant": "請來電。"}
    write(shipped() | {"texts": {"messages": {"reply": own}}}, house)
    await reload_charter(world.assembly.runtime)
    await made(world, telling, "2")
    # Both leave at the same moment of this world, in any order.
    told = {"2@shop" in mail.recipient: mail.message.get_body(("plain",)) for mail in world.mails()}
    first, second = told[False], told[True]
    assert first is not None
    assert second is not None
    assert own["en"] not in first.get_content()
    assert own["en"] in second.get_content()
