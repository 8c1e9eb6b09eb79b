"""Levels, warnings and replies as their events tell them, on both databases."""

from datetime import timedelta
from pathlib import Path

import pytest

from candor_common.charter import Charter, load_charter
from candor_common.events import (
    IncidentAssigned,
    IncidentResolved,
    Level,
    Priority,
    PromiseAtRisk,
    PromiseBreached,
    PromiseEscalated,
    PromiseKept,
    PromiseKind,
    PromiseMade,
    RequestJoined,
)
from tests.plugins.databases import START
from tests.service.sla_timer.conftest import Timer
from tests.service.sla_timer.test_events import opened, update_sent
from tests.unit.sla_timer.builders import RESOLUTION, an_incident, heard
from tests.worlds.charters import shipped, write

pytestmark = pytest.mark.packages("candor_sla_timer")


def minute(number: float) -> timedelta:
    return timedelta(minutes=number)


@pytest.fixture
def stepwise(timer: Timer, tmp_path: Path) -> Timer:
    """Under a charter that warns at half time and at three quarters, and gives both levels a turn."""
    timer.use(charter(tmp_path, warn_at=[0.5, 0.75], escalate_after={"L2": "30m", "L3": "2h"}))
    return timer


def charter(folder: Path, **changed: object) -> Charter:
    return load_charter(write(shipped() | changed, folder / "charter.yaml"))


async def tick(timer: Timer, *minutes: float) -> None:
    for one in minutes:
        timer.set(one)
        await timer.tick()


async def test_each_warning_and_each_level_is_told_once_and_the_scheduler_knows_when(stepwise: Timer) -> None:
    timer = stepwise
    await timer.receive(heard(opened(requester=None)))
    due = []
    for one in (0, 120, 121, 180, 241, 269, 270, 300, 360, 400):
        timer.set(one)
        due.append(await timer.tick())
    assert due[:2] == [120, 180]
    assert due[4:] == [270, 270, 360, 360, None, None]
    _, half, risk, breach, second, third = await timer.told()
    assert isinstance(half, PromiseAtRisk)
    assert isinstance(risk, PromiseAtRisk)
    assert isinstance(breach, PromiseBreached)
    assert isinstance(second, PromiseEscalated)
    assert isinstance(third, PromiseEscalated)
    assert [(one.share, one.at) for one in (half, risk)] == [
        (0.5, START + minute(120)),
        (0.75, START + minute(180)),
    ]
    assert [(one.level, one.at, one.promise.version) for one in (second, third)] == [
        (Level.L2, START + minute(270), 5),
        (Level.L3, START + minute(360), 6),
    ]


async def test_what_was_missed_and_done_late_is_no_level_s_turn(stepwise: Timer) -> None:
    timer = stepwise
    await timer.receive(heard(opened(requester=None)))
    await tick(timer, 241)
    resolved = IncidentResolved(
        incident=an_incident(version=2, resolved_at=START + minute(250)), by="ana", resolution=RESOLUTION
    )
    await timer.receive(heard(resolved, START + minute(250)))
    await tick(timer, 270, 360)
    assert [one for one in await timer.told() if isinstance(one, PromiseEscalated)] == []
    assert await timer.tick() is None


async def test_after_an_outage_breach_and_levels_come_in_order(stepwise: Timer) -> None:
    timer = stepwise
    await timer.receive(heard(opened(1, requester=None)), heard(opened(2, requester=None)))
    await tick(timer, 1000)
    told = [(type(one).__name__, one.subject) for one in (await timer.told())[2:]]
    assert [name for name, _ in told] == ["PromiseBreached"] * 2 + ["PromiseEscalated"] * 4
    assert {subject for _, subject in told[2:4]} == {"INC-1", "INC-2"}


async def test_at_a_team_of_a_higher_level_the_stricter_terms_hold_from_the_opening_on(timer: Timer) -> None:
    await timer.receive(heard(opened()))
    handed = an_incident(version=2, level=Level.L2, team="infrastructure", opened_at=START)
    given = IncidentAssigned(incident=handed, by="lea", previous_team="operations", previous_level=Level.L1)
    await timer.receive(heard(given, START + minute(10)))
    moved = {one.promise.kind: one.promise for one in (await timer.told())[2:]}
    assert moved[PromiseKind.FIRST_RESPONSE].due_at == START + minute(30)
    assert moved[PromiseKind.RESOLUTION].due_at == START + minute(180)


async def test_what_the_change_of_policy_made_late_says_so(timer: Timer, tmp_path: Path) -> None:
    """A reload moves nothing by itself; the next change of terms brings the shorter goals in."""
    await timer.receive(heard(opened(priority=Priority.P3)))
    content = shipped()
    content["targets"]["L2"]["P3"] = {"first_response": "30m", "resolution": "2d"}
    timer.use(load_charter(write(content, tmp_path / "stricter.yaml")))
    await tick(timer, 60)
    assert not [one for one in await timer.told() if isinstance(one, PromiseBreached)]
    handed = an_incident(version=2, priority=Priority.P3, level=Level.L2, opened_at=START)
    given = IncidentAssigned(incident=handed, by="lea", previous_level=Level.L1)
    await timer.receive(heard(given, START + minute(60)))
    await timer.tick()
    [breach] = [one for one in await timer.told() if isinstance(one, PromiseBreached)]
    assert (breach.cause, breach.promise.due_at) == ("policy_change", START + minute(30))


async def test_what_the_customer_writes_later_is_promised_an_answer(timer: Timer) -> None:
    await timer.receive(heard(opened()), heard(update_sent(5)))
    before = len(await timer.told())
    wrote = RequestJoined(
        incident=an_incident(version=2),
        request_id="r9",
        reference="INC-9",
        by_customer=True,
        received_at=START + minute(10),
    )
    await timer.receive(heard(wrote, START + minute(11)))
    [made] = (await timer.told())[before:]
    assert isinstance(made, PromiseMade)
    assert (made.promise.kind, made.promise.due_at) == (PromiseKind.NEXT_REPLY, START + minute(70))
    await timer.receive(heard(update_sent(20)))
    kept = [one.promise.kind for one in await timer.told() if isinstance(one, PromiseKept)]
    assert sorted(kept) == ["first_response", "next_reply", "next_update"]
