"""What nobody on shift could take is given to somebody when the next shift begins."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_common.events import IncidentAssigned, IncidentState, IncidentStatus
from candor_triage import service
from tests.plugins.served import served_as
from tests.service.triage.conftest import ON_SQLITE, PEOPLE, Desk
from tests.unit.triage.builders import a_clearing, a_request, a_signal, after
from tests.worlds.charters import shipped, write

OPENING = datetime(2026, 3, 4, 1, tzinfo=UTC)
"""When the office in Shanghai opens."""
NETWORK = "packet loss"


@pytest.fixture
async def led(database: Database, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Desk]:
    """With an infrastructure team that works in the office, whose lead is bo."""
    content = shipped() | {"people": PEOPLE}
    content["teams"]["infrastructure"]["lead"] = "bo"
    charter = write(content, tmp_path / "charter.yaml")
    async with served_as(Desk, service, database, clock, tmp_path, charter=charter) as running:
        yield running


async def test_the_lead_has_it_until_the_shift_begins_and_then_who_is_there(led: Desk) -> None:
    await led.receive(a_request("INC-000001", text=NETWORK))
    assert (await led.incident("INC-000001")).owner == "bo"
    assert len(await led.entries("INC-000001", "warning")) == 1
    assert await led.look_for_owners() == OPENING
    led.clock.set(OPENING - timedelta(microseconds=1))
    assert await led.look_for_owners() == OPENING
    assert (await led.incident("INC-000001")).owner == "bo"
    await led.told()
    led.clock.set(OPENING)
    assert await led.look_for_owners() is None
    given, state = await led.told()
    assert isinstance(given, IncidentAssigned)
    assert isinstance(state, IncidentState)
    assert (given.by, given.previous_owner, given.incident.owner) == ("charter", "bo", "cy")
    assert given.reason == "cy is on shift now; until then bo had it, as nobody of the team was there."
    assert (await led.entries("INC-000001", "assigned"))[-1][1].endswith(f"Why: {given.reason}")
    assert await led.look_for_owners() is None
    assert await led.told() == []


async def test_what_nobody_has_is_given_as_well(staffed: Desk) -> None:
    await staffed.receive(a_request("INC-000001", text=NETWORK))
    assert (await staffed.incident("INC-000001")).owner is None
    staffed.clock.set(OPENING)
    await staffed.look_for_owners()
    incident = await staffed.incident("INC-000001")
    assert (incident.owner, incident.status) == ("cy", IncidentStatus.ASSIGNED)
    assert len(await staffed.entries("INC-000001", "warning")) == 1


@ON_SQLITE
async def test_who_works_on_it_meanwhile_keeps_it(led: Desk) -> None:
    await led.receive(*(a_request(f"INC-00000{number}", text=NETWORK) for number in (1, 2, 3)))
    await led.act("INC-000001", "acknowledge", by="bo")
    await led.act("INC-000002", "assign", to="ana")
    await led.act("INC-000003", "priority", to="P1", reason="The whole shop is down.")
    led.clock.set(OPENING)
    await led.look_for_owners()
    owners = [(await led.incident(f"INC-00000{number}")).owner for number in (1, 2, 3)]
    assert owners == ["bo", "ana", "cy"]


@ON_SQLITE
async def test_what_is_given_to_a_team_at_night_waits_for_its_morning(led: Desk) -> None:
    await led.receive(a_request("INC-000001"))
    given = await led.act("INC-000001", "assign", team="infrastructure")
    assert (given.owner, await led.look_for_owners()) == ("bo", OPENING)
    led.clock.set(OPENING)
    await led.look_for_owners()
    assert (await led.incident("INC-000001")).owner == "cy"


@ON_SQLITE
async def test_what_is_over_by_the_morning_is_given_to_nobody(led: Desk) -> None:
    await led.receive(a_signal("INC-000001", subject_line="Link down", text=NETWORK))
    await led.receive(a_clearing("INC-000002", received_at=after(minutes=1)))
    assert (await led.incident("INC-000001")).status is IncidentStatus.RESOLVED
    await led.told()
    led.clock.set(OPENING)
    assert await led.look_for_owners() is None
    assert await led.told() == []


@ON_SQLITE
async def test_those_who_come_on_shift_share_what_came_in_at_night(led: Desk) -> None:
    await led.receive(*(a_request(f"INC-0000{number}", text=NETWORK) for number in range(10, 20)))
    led.clock.set(OPENING)
    with led.statements() as sent:
        await led.look_for_owners()
    assert {(await led.incident(f"INC-0000{number}")).owner for number in range(10, 20)} == {"cy"}
    assert len(sent) < 20
