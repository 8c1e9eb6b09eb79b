"""Promises through all services: what a question, a change and an estimate make of their dates, and why.

What customers are told of it stands in the stories of messages.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from candor_common.events import Promise
from candor_sla_timer.domain.changes import PromiseFact
from tests.system.test_life import command, minute
from tests.worlds.actions import acknowledge, letter, request, resolve, update
from tests.worlds.embedded import World, opened
from tests.worlds.story import Action, Telling

ANN = "ann@shop.example"
DOWN = request("Shop is down", "502 since 14:02", sender=ANN, urgent=True)
SLOW = request("A question", "How do I add a user?", sender=ANN)
FIXED = resolve("A disk.", "Replaced.", "Orders go through.")
HOSTING = Path(__file__).parents[2] / "deploy" / "charter" / "hosting.yaml"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with opened(tmp_path / "data") as made:
        yield made


async def told(world: World, kind: str, *steps: tuple[float, Action], until: float) -> list[str]:
    """Do things at their minutes; returns what was said about promises of a kind: when, what, due when."""
    telling = Telling(world, "shop1")
    for moment, action in steps:
        await world.reach(moment)
        await action.run(telling)
    await world.reach(until)
    assert world.troubles() == []
    facts = ((one.at, one.fact) for one in telling.events())
    return [
        f"{world.minute(at):g} {type(fact).__name__} {_shown(world, fact.promise)}"
        for at, fact in facts
        if isinstance(fact, PromiseFact) and fact.promise.kind == kind
    ]


def _shown(world: World, promise: Promise) -> str:
    return f"{world.minute(promise.due_at):g}" + ("" if promise.running else " stands")


async def explained(world: World, kind: str) -> dict[str, Any]:
    """The explanation of the newest promise of a kind."""
    listed = (await world.http.get("/v1/promises", params={"kind": kind})).json()["items"]
    answer = await world.http.get(f"/v1/promises/{listed[-1]['id']}/explain")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_question_stops_the_clock_until_the_customer_has_answered(world: World) -> None:
    said = await told(
        world,
        "resolution",
        (0, DOWN),
        (5, acknowledge("cy")),
        (10, command("ask", question="Since when?")),
        (100, letter("Re: Shop is down", "Since two.", sender=ANN, answers="question")),
        (200, FIXED),
        until=210,
    )
    assert said == [
        "0 PromiseMade 240",
        "10 PromiseMade 240 stands",
        "100 PromiseMade 330",
        "200 PromiseKept 330",
    ]
    why = await explained(world, "resolution")
    assert [one["kind"] for one in why["strip"]] == ["working", "paused", "working"]
    assert (why["target"], why["counted"], why["left"]) == ("4h", "PT1H50M", "PT2H10M")
    assert "It stood still Mon 2 Mar 2026 12:10 to 13:40: 1 h 30 min that would have counted." in why["words"]


async def test_the_next_word_is_owed_from_the_answer_on(world: World) -> None:
    said = await told(
        world,
        "next_update",
        (0, DOWN),
        (10, command("ask", question="Since when?")),
        (100, letter("Re: Shop is down", "Since two.", sender=ANN, answers="question")),
        (120, update("We look at the disk.", "More soon.")),
        until=125,
    )
    assert said == [
        "10 PromiseMade 40 stands",
        "100 PromiseMade 130",
        "120 PromiseKept 130",
        "120 PromiseMade 150",
    ]


async def test_a_priority_that_is_raised_too_late_is_owned_up_to_at_once(world: World) -> None:
    said = await told(
        world,
        "first_response",
        (0, SLOW),
        (90, command("priority", to="P1", reason="Nobody can work.")),
        until=95,
    )
    assert said == ["0 PromiseMade 1440", "90 PromiseMade 60", "90 PromiseBreached 60"]
    why = await explained(world, "first_response")
    assert why["result"] == (
        "Missed: it was due Mon 2 Mar 2026 13:00, found out 30 min later; "
        "the change of its terms had made it due before that."
    )
    assert why["strip"][-1]["kind"] == "overrun"


async def test_an_estimate_that_is_moved_in_time_is_a_new_promise(world: World) -> None:
    said = await told(
        world,
        "estimate",
        (0, DOWN),
        (10, command("estimate", fixed_by=minute(100), reason="A disk is on its way.")),
        (90, command("estimate", fixed_by=minute(150), reason="The courier is late.")),
        (140, FIXED),
        until=145,
    )
    assert said == [
        "10 PromiseMade 100",
        "77.5 PromiseAtRisk 100",
        "90 PromiseWithdrawn 100",
        "90 PromiseMade 150",
        "135 PromiseAtRisk 150",
        "140 PromiseKept 150",
    ]


async def test_working_time_counts_on_the_calendar_of_the_house(tmp_path: Path) -> None:
    async with opened(tmp_path / "data", charter=HOSTING) as world:
        said = await told(world, "resolution", (0, SLOW), until=5)
        assert len(said) == 1
        why = await explained(world, "resolution")
        assert (why["calendar"], why["zone"]) == ("office", "Asia/Shanghai")
        ran = [one for one in why["strip"] if one["kind"] == "working"]
        assert len(ran) > 1
