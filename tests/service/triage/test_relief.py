"""What is opened again at night reaches who is there, by the charter of the hosting company that is shipped."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from candor_common.clock import ManualClock
from candor_common.database import Database
from candor_common.events import IncidentAssigned, IncidentReopened, IncidentStatus, Priority
from candor_triage import service
from tests.plugins.served import served_as
from tests.service.triage.conftest import ON_SQLITE, Desk
from tests.service.triage.test_customers import answered
from tests.unit.triage.builders import a_reply, a_request

HOSTING = Path(__file__).parents[3] / "deploy" / "charter" / "hosting.yaml"
LATE, NIGHT = "晚班工程师", "夜班工程师"
"""Noon in UTC is eight in the evening in Shanghai; six hours later it is two at night."""


@pytest.fixture
async def hosting(database: Database, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Desk]:
    async with served_as(Desk, service, database, clock, tmp_path, charter=HOSTING) as running:
        yield running


async def solved(hosting: Desk, *references: str) -> None:
    """What the late shift was given and solved; by now it is night."""
    for reference in references:
        await hosting.receive(a_request(reference, text="网站打不开了"))
        assert (await hosting.incident(reference)).owner == LATE
        await hosting.act(reference, "acknowledge", by=LATE)
        await hosting.resolve(reference)
    hosting.clock.advance(timedelta(hours=6))
    await hosting.told()


async def test_a_reply_at_night_goes_to_the_engineer_on_duty(hosting: Desk) -> None:
    await solved(hosting, "INC-000001")
    facts = await hosting.receive(a_reply("INC-000001", "INC-000050", received_at=hosting.clock.now()))
    [reopened] = [one for one in facts if isinstance(one, IncidentReopened)]
    [given] = [one for one in facts if isinstance(one, IncidentAssigned)]
    assert (reopened.incident.owner, given.previous_owner, given.incident.owner) == (LATE, LATE, NIGHT)
    incident = await hosting.incident("INC-000001")
    assert (incident.owner, incident.priority) == (NIGHT, Priority.P1)
    assert incident.status is IncidentStatus.ASSIGNED
    [*_, (by, text)] = await hosting.entries("INC-000001", "assigned")
    why = f"Why: It was opened again, and {LATE} is not on shift."
    assert (by, text) == ("charter", f"Given to {NIGHT}; before, {LATE} had it\n{why}")
    assert await hosting.look_for_owners() is None


@ON_SQLITE
async def test_so_does_a_no_in_a_survey_and_a_colleagues_word(hosting: Desk) -> None:
    await solved(hosting, "INC-000001", "INC-000002")
    await hosting.receive(answered(False, answered_at=hosting.clock.now()))
    await hosting.act("INC-000002", "reopen", by="ana", reason="Seen again.")
    owners = [(await hosting.incident(one)).owner for one in ("INC-000001", "INC-000002")]
    assert owners == [NIGHT, NIGHT]


@ON_SQLITE
async def test_within_their_shift_the_owner_has_it_again(hosting: Desk) -> None:
    await solved(hosting, "INC-000001")
    hosting.clock.advance(timedelta(hours=-5))
    await hosting.receive(a_reply("INC-000001", "INC-000050", received_at=hosting.clock.now()))
    incident = await hosting.incident("INC-000001")
    assert (incident.owner, incident.status) == (LATE, IncidentStatus.REOPENED)


@ON_SQLITE
async def test_where_nobody_is_on_shift_the_owner_keeps_it_and_the_log_warns(hosting: Desk) -> None:
    await hosting.receive(a_request("INC-000001", text="我要投诉"))
    await hosting.act("INC-000001", "acknowledge", by="客户关怀专员")
    await hosting.resolve("INC-000001")
    with capture_logs() as logged:
        await hosting.receive(a_reply("INC-000001", "INC-000050", received_at=hosting.clock.now()))
    incident = await hosting.incident("INC-000001")
    assert (incident.owner, incident.status) == ("客户关怀专员", IncidentStatus.REOPENED)
    (_, told), (_, kept) = await hosting.entries("INC-000001", "warning")
    assert told.endswith("so 客户关怀专员 has it")
    assert kept.endswith("so 客户关怀专员 keeps it")
    [line] = [one for one in logged if one["event"] == "nobody_on_shift"]
    assert (line["incident_id"], line["log_level"]) == ("INC-000001", "warning")
    assert await hosting.look_for_owners() is not None


@ON_SQLITE
async def test_what_lands_with_nobody_is_logged(staffed: Desk) -> None:
    with capture_logs() as logged:
        await staffed.receive(a_request("INC-000001", text="phishing mail, a vulnerability"))
    assert (await staffed.incident("INC-000001")).owner is None
    [line] = [one for one in logged if one["event"] == "nobody_on_shift"]
    assert "has no lead to fall back on" in line["why"]
    assert len(await staffed.entries("INC-000001", "warning")) == 1
