"""Events that were set aside are processed again one by one or all, or given up for a reason that is kept."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from candor_common import positions
from candor_common.database import Transaction
from candor_common.events import Envelope, Fact
from candor_common.feed import Partition, Record
from candor_common.outbox import outbox
from candor_common.trace import new_trace
from candor_common.wire import headers_of, value_of
from tests.plugins.facts import an_incident
from tests.plugins.facts import opened as opening
from tests.worlds.embedded import World, opened

PLACE = Partition("candor.incidents.v1", 0)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with opened(tmp_path / "data") as made:
        yield made


async def park(world: World, subscription: str, *facts: Fact, value: bytes | None = None) -> None:
    """Set events aside, each as if its round had failed."""

    def work(transaction: Transaction) -> None:
        for number, fact in enumerate(facts):
            envelope = Envelope(str(uuid4()), "/candor/tests", world.clock.now(), new_trace(), fact)
            record = Record(PLACE, number, headers_of(envelope), value or value_of(fact))
            positions.park(transaction.connection, subscription, record, "it fails", transaction.now)

    await world.assembly.runtime.database.transact(work)


async def listed(world: World, service: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await world.http.get(f"/v1/parked/{service}")).json()
    return found


async def test_all_are_replayed_and_those_that_fail_again_stay_with_the_reason(world: World) -> None:
    await park(world, "notifier", *(opening(str(uuid4()), an_incident(f"INC-00000{one}")) for one in (1, 2)))
    await park(world, "notifier", opening("bad", an_incident("INC-000003")), value=b"{}")
    done = (await world.http.post("/v1/parked/notifier/replay")).json()
    assert (done["replayed"], done["next"]) == (2, None)
    [stays] = await listed(world, "notifier")
    assert [one["id"] for one in done["failed"]] == [stays["id"]]
    assert "can't be read" in done["failed"][0]["reason"]
    shown = (await world.http.get("/v1/messages", params={"incident": "INC-000001"})).json()["messages"]
    assert shown


async def test_what_is_discarded_is_listed_no_more_and_kept_with_its_reason(world: World) -> None:
    await park(world, "triage", *(opening(str(uuid4()), an_incident(f"INC-00000{one}")) for one in (1, 2, 3)))
    first = (await listed(world, "triage"))[0]["id"]
    reason = {"reason": "of the time after the backup"}
    assert (await world.http.post(f"/v1/parked/triage/{first}/discard", json=reason)).json() == {
        "discarded": 1
    }
    assert (await world.http.post(f"/v1/parked/triage/{first}/discard", json=reason)).status_code == 404
    assert (await world.http.post(f"/v1/parked/triage/{first}/replay")).status_code == 404
    assert (await world.http.post("/v1/parked/triage/discard", json=reason)).json() == {"discarded": 2}
    assert await listed(world, "triage") == []
    kept = await world.assembly.runtime.database.read(
        lambda connection: connection.scalars(sa.select(positions.parked_event.c.discarded_because)).all()
    )
    assert set(kept) == {reason["reason"]}


async def test_an_event_is_not_discarded_without_a_reason(world: World) -> None:
    await park(world, "triage", opening("one", an_incident()))
    assert (await world.http.post("/v1/parked/triage/discard", json={"reason": "  "})).status_code == 422
    assert len(await listed(world, "triage")) == 1


async def test_an_event_that_a_service_does_nothing_about_is_not_called_replayed(world: World) -> None:
    await park(world, "triage", opening("one", an_incident()))
    [one] = await listed(world, "triage")
    answer = await world.http.post(f"/v1/parked/triage/{one['id']}/replay")
    assert answer.status_code == 409
    assert "discard" in answer.json()["detail"]


async def test_what_the_brokers_refused_is_listed_with_its_emitter_and_published_again(world: World) -> None:
    await park(world, positions.RELAY, opening("one", an_incident()))
    [one] = await listed(world, "triage")
    assert (await world.http.post(f"/v1/parked/triage/{one['id']}/replay")).status_code == 200
    waiting = await world.assembly.runtime.database.read(
        lambda connection: connection.scalars(
            sa.select(outbox.c.subject).where(outbox.c.published_at.is_(None))
        ).all()
    )
    assert "INC-000001" in waiting
