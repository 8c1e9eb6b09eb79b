"""The life of an incident through all services: named, begun, asked, helped out, solved, confirmed, opened again.

What customers are told of it stands in the stories of messages; here it is what becomes of the incident, and when.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from candor_common.events import Incident
from tests.worlds.actions import IT, acknowledge, alert, do, letter, request, resolve, update
from tests.worlds.charters import shipped, write
from tests.worlds.embedded import World, opened
from tests.worlds.moments import days
from tests.worlds.story import Action, Telling

ANN, BEN = "ann@shop.example", "ben@shop.example"
DOWN = request("Shop is down", "502 since 14:02", sender=ANN, urgent=True)
FIXED = resolve("A disk.", "Replaced.", "Orders go through.")
PEOPLE = {
    "ada": {"teams": ["operations"], "shift": "always"},
    "bo": {"teams": ["infrastructure"], "shift": "always"},
}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with opened(tmp_path / "data") as made:
        yield made


@pytest.fixture
async def staffed(tmp_path: Path) -> AsyncIterator[World]:
    """With people whom the charter knows, and who work around the clock."""
    charter = write(shipped() | {"people": PEOPLE}, tmp_path / "charter.yaml")
    async with opened(tmp_path / "data", charter=charter) as made:
        yield made


def command(name: str, of: str = IT, **words: Any) -> Action:
    """An engineer gives a command; a word may be made from what the story has seen."""

    async def run(telling: Telling) -> None:
        where = f"/v1/incidents/{telling.incident(of)}"
        seen = {"If-Match": (await telling.stage.http.get(where)).headers["ETag"]}
        said = {key: one(telling) if callable(one) else one for key, one in words.items()}
        answer = await telling.stage.http.post(f"{where}/{name}", json={"by": "ben"} | said, headers=seen)
        assert answer.status_code == 200, answer.text

    return do(name, run)


def minute(number: float) -> Any:
    return lambda telling: telling.stage.moment(number).isoformat()


async def lived(world: World, *steps: tuple[float, Action], until: float) -> list[str]:
    """Do things at their minutes; returns what happened to incidents, each as its minute and its fact."""
    telling = Telling(world, "shop1")
    for moment, action in steps:
        await world.reach(moment)
        await action.run(telling)
    await world.reach(until)
    assert world.troubles() == []
    told = [one for one in telling.events() if one.fact.topic == "incidents"]
    return [f"{world.minute(one.at):g} {type(one.fact).__name__}" for one in told]


async def shown(world: World, reference: str = "INC-000001") -> Incident:
    answer = await world.http.get(f"/v1/incidents/{reference}")
    return Incident.model_validate(answer.json()["incident"])


async def test_an_incident_goes_the_whole_way(world: World) -> None:
    told = await lived(
        world,
        (0, DOWN),
        (2, command("assign", to="cy")),
        (5, acknowledge("cy")),
        (10, command("ask", question="Since when?")),
        (20, letter("Re: Shop is down", "Since two.", sender=ANN, answers="acknowledgement")),
        (25, command("plan", what="Replace the disk.", who="cy", timetable="By 15:00.")),
        (30, command("estimate", fixed_by=minute(180), reason="A disk is on its way.")),
        (40, command("workaround", text="Use the read-only copy.")),
        (45, command("help", who="di", reason="She knows the disks.")),
        (60, command("estimate", fixed_by=minute(200), reason="The courier is late.")),
        (70, update("The disk is in.", "It is being filled.", by="cy")),
        (100, command("resolve", cause="A disk.", done="Replaced.", checked_function="Orders go through.")),
        (110, command("confirm")),
        (130, command("close")),
        until=140,
    )
    assert told == [
        "0 IncidentOpened",
        "2 IncidentAssigned",
        "5 IncidentAcknowledged",
        "10 CustomerAsked",
        "20 RequestJoined",
        "20 IncidentResumed",
        "25 PlanMade",
        "30 EstimateGiven",
        "40 WorkaroundGiven",
        "45 HelpAsked",
        "60 EstimateGiven",
        "70 IncidentUpdated",
        "100 IncidentResolved",
        "110 IncidentVerified",
        "130 IncidentClosed",
    ]
    incident = await shown(world)
    assert (incident.version, incident.owner, incident.second) == (len(told), "cy", "di")


async def test_a_fix_that_nobody_speaks_against_is_verified_and_then_closed(world: World) -> None:
    told = await lived(world, (0, DOWN), (10, FIXED), until=days(8))
    assert told == [
        "0 IncidentOpened",
        "10 IncidentResolved",
        f"{10 + days(2):g} IncidentVerified",
        f"{10 + days(7):g} IncidentClosed",
    ]


async def test_a_fix_that_was_verified_by_time_can_still_turn_out_to_be_none(world: World) -> None:
    again = letter("Re: Shop is down", "Down again.", sender=ANN, answers="resolution")
    told = await lived(world, (0, DOWN), (10, FIXED), (days(3), again), until=days(3))
    assert told[-2:] == [f"{days(3):g} RequestJoined", f"{days(3):g} IncidentReopened"]
    assert (await shown(world)).reopened == 1


async def test_what_is_given_to_nobody_finds_somebody_at_every_level(staffed: World) -> None:
    told = await lived(
        staffed,
        (0, DOWN),
        (10, acknowledge("ada")),
        (20, command("escalate", reason="It is the storage.")),
        until=25,
    )
    assert told == [
        "0 IncidentOpened",
        "0 IncidentAssigned",
        "10 IncidentAcknowledged",
        "20 IncidentEscalated",
        "20 IncidentAssigned",
    ]
    incident = await shown(staffed)
    assert (incident.owner, incident.team, incident.status.value) == ("bo", "infrastructure", "assigned")


async def test_an_alert_that_clears_before_anybody_begins_is_over_by_itself(staffed: World) -> None:
    told = await lived(
        staffed, (0, alert("DiskFull")), (10, alert("DiskFull", status="resolved")), until=days(1)
    )
    assert told == ["0 IncidentOpened", "0 IncidentAssigned", "10 RequestJoined", "10 IncidentResolved"]


async def test_two_about_the_same_become_one(world: World) -> None:
    told = await lived(
        world,
        (0, DOWN),
        (1, request("Shop is slow", "It takes minutes.", sender=BEN)),
        (10, command("merge", of=f"{IT} 1", into=lambda telling: telling.incident(IT))),
        (20, letter("Re: Shop is slow", "Any news?", sender=BEN, answers="acknowledgement")),
        until=25,
    )
    assert told == [
        "0 IncidentOpened",
        "1 IncidentOpened",
        "10 IncidentMerged",
        "10 IncidentLinked",
        "20 RequestJoined",
    ]
    assert (await shown(world)).version == 3
