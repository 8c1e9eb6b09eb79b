"""Where the charter names people, nothing is left with nobody."""

from datetime import timedelta

import pytest

from candor_common.events import (
    IncidentAssigned,
    IncidentEscalated,
    IncidentState,
    IncidentStatus,
    Level,
    PromiseBreached,
    PromiseEscalated,
    PromiseKind,
)
from tests.service.triage.conftest import ON_SQLITE, Desk
from tests.unit.triage.builders import NOON, a_clearing, a_request, a_signal, after
from tests.unit.triage.test_timeline import a_promise


async def test_what_is_opened_goes_to_those_on_shift_by_turns(staffed: Desk) -> None:
    facts = await staffed.receive(*(a_request(f"INC-00000{number}") for number in (1, 2, 3)))
    given = [fact for fact in facts if isinstance(fact, IncidentAssigned)]
    assert [fact.incident.owner for fact in given] == ["ana", "bo", "ana"]
    assert {fact.by for fact in given} == {"charter"}
    assert [fact.sequence for fact in facts if isinstance(fact, IncidentState)] == [2, 2, 2]
    incident = await staffed.incident("INC-000001")
    assert (incident.status, incident.owner) == (IncidentStatus.ASSIGNED, "ana")
    assert await staffed.kinds("INC-000001") == ["opened", "assigned"]
    await staffed.receive(a_request("INC-000004"))
    assert (await staffed.incident("INC-000004")).owner == "bo"


async def test_what_is_over_is_no_load(staffed: Desk) -> None:
    await staffed.receive(a_request("INC-000001"))
    await staffed.resolve("INC-000001")
    await staffed.receive(a_request("INC-000002"))
    assert (await staffed.incident("INC-000002")).owner == "ana"


@ON_SQLITE
async def test_when_nobody_is_on_shift_it_is_said_aloud(staffed: Desk) -> None:
    await staffed.receive(a_request("INC-000001", text="packet loss"))
    assert (await staffed.incident("INC-000001")).status is IncidentStatus.OPEN
    [(by, text)] = await staffed.entries("INC-000001", "warning")
    assert (by, text.startswith("Nobody on shift")) == ("charter", True)


@ON_SQLITE
async def test_who_is_given_a_teams_incident_is_found_at_once(staffed: Desk) -> None:
    staffed.clock.advance(timedelta(hours=15))
    await staffed.receive(a_request("INC-000001"))
    incident = await staffed.act("INC-000001", "escalate", reason="It is the network.")
    assert (incident.owner, incident.status) == ("cy", IncidentStatus.ASSIGNED)
    back = await staffed.act("INC-000001", "assign", team="service-desk")
    assert back.owner == "ana"
    told = ["opened", "assigned", "escalated", "assigned", "assigned", "assigned"]
    assert await staffed.kinds("INC-000001") == told


@ON_SQLITE
async def test_a_signal_that_clears_resolves_what_only_the_charter_gave_to_somebody(staffed: Desk) -> None:
    await staffed.receive(a_signal("INC-000001", subject_line="error", text="503"))
    assert (await staffed.incident("INC-000001")).owner == "ana"
    await staffed.receive(a_clearing("INC-000002", received_at=after(minutes=1)))
    assert (await staffed.incident("INC-000001")).status is IncidentStatus.RESOLVED


@ON_SQLITE
async def test_an_alert_that_comes_back_is_cleared_again_until_somebody_works_on_it(staffed: Desk) -> None:
    async def fires(number: int) -> None:
        at = after(minutes=number)
        await staffed.receive(
            a_signal(f"INC-00000{number}", subject_line="error", text="503", received_at=at)
        )

    async def clears(number: int) -> IncidentStatus:
        await staffed.receive(a_clearing(f"INC-00000{number}", received_at=after(minutes=number)))
        return (await staffed.incident("INC-000001")).status

    await fires(1)
    assert await clears(2) is IncidentStatus.RESOLVED
    await fires(3)
    assert (await staffed.incident("INC-000001")).owner == "ana"
    assert await clears(4) is IncidentStatus.RESOLVED
    await fires(5)
    await staffed.act("INC-000001", "acknowledge")
    assert await clears(6) is IncidentStatus.IN_PROGRESS
    assert (await staffed.kinds("INC-000001"))[-1] == "signal_cleared"


async def test_a_late_first_answer_climbs_where_the_charter_says_so(staffed: Desk) -> None:
    await staffed.receive(a_request("INC-000001"))
    await staffed.told()
    facts = await staffed.receive(PromiseBreached(promise=a_promise(), fired_at=NOON))
    escalated = facts[0]
    assert isinstance(escalated, IncidentEscalated)
    assert (escalated.by, escalated.incident.team) == ("charter", "infrastructure")
    assert escalated.reason == "The first answer was not given in time."


@ON_SQLITE
@pytest.mark.parametrize("ends", ["resolve", "cancel"])
async def test_what_is_over_does_not_climb(staffed: Desk, ends: str) -> None:
    await staffed.receive(a_request("INC-000001"))
    if ends == "resolve":
        await staffed.resolve("INC-000001")
    else:
        await staffed.act("INC-000001", "cancel", reason="An advertisement.")
    await staffed.told()
    assert await staffed.receive(PromiseBreached(promise=a_promise(), fired_at=NOON)) == []


@ON_SQLITE
async def test_otherwise_the_team_is_told_whom_to_ask(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await desk.told()
    update = a_promise().model_copy(update={"kind": PromiseKind.NEXT_UPDATE})
    assert await desk.receive(PromiseBreached(promise=update, fired_at=NOON)) == []
    assert await desk.entries("INC-000001", "note") == []
    assert await desk.receive(PromiseBreached(promise=a_promise(), fired_at=NOON)) == []
    advice = "The first answer was not given in time. The next to ask is Infrastructure (L2)."
    assert await desk.entries("INC-000001", "note") == [("charter", advice)]


def turn(level: Level) -> PromiseEscalated:
    return PromiseEscalated(promise=a_promise(), level=level, at=NOON, fired_at=NOON)


async def test_at_the_turn_of_a_level_it_climbs_where_the_charter_says_so(staffed: Desk) -> None:
    await staffed.receive(a_request("INC-000001"))
    await staffed.told()
    escalated, *_ = await staffed.receive(turn(Level.L2))
    assert isinstance(escalated, IncidentEscalated)
    assert (escalated.by, escalated.incident.level) == ("charter", Level.L2)
    assert escalated.reason.endswith("is still not kept.")
    again = await staffed.receive(turn(Level.L2), turn(Level.L3))
    assert again == []
    assert (await staffed.kinds("INC-000001")).count("promise_escalated") == 3


@ON_SQLITE
async def test_otherwise_the_team_is_told_whose_turn_it_is(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await desk.told()
    assert await desk.receive(turn(Level.L2)) == []
    [(by, advice)] = await desk.entries("INC-000001", "note")
    assert (by, advice.endswith("The next to ask is Infrastructure (L2).")) == ("charter", True)
    await desk.resolve("INC-000001")
    await desk.told()
    assert await desk.receive(turn(Level.L2)) == []
    assert len(await desk.entries("INC-000001", "note")) == 1
