"""Incidents that stay resolved close themselves."""

from datetime import timedelta

import pytest

from candor_common.events import IncidentClosed, IncidentState, IncidentStatus
from candor_triage import scheduler
from candor_triage.journal import RESOLVED
from tests.service.triage.conftest import Desk
from tests.unit.triage.builders import CHARTER, NOON, a_clearing, a_request, a_signal

AFTER = CHARTER.close_after


async def test_nothing_resolved_is_never_due(desk: Desk) -> None:
    await desk.receive(a_request())
    assert await desk.close_due() is None


async def test_it_closes_at_the_charters_time_and_not_before(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await desk.resolve("INC-000001")
    await desk.told()
    desk.clock.set(NOON + AFTER - timedelta(microseconds=1))
    assert await desk.close_due() == NOON + AFTER
    assert await desk.told() == []
    desk.clock.set(NOON + AFTER)
    assert await desk.close_due() is None
    closed, state = await desk.told()
    assert isinstance(closed, IncidentClosed)
    assert isinstance(state, IncidentState)
    assert (closed.by, closed.incident.status) == ("charter", IncidentStatus.CLOSED)
    assert closed.incident.closed_at == NOON + AFTER
    assert await desk.kinds("INC-000001") == ["opened", "resolved", "closed"]
    assert await desk.close_due() is None
    assert await desk.told() == []


async def test_it_comes_back_when_the_next_is_due(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"), a_request("INC-000002"))
    await desk.resolve("INC-000001")
    desk.clock.advance(timedelta(hours=5))
    await desk.resolve("INC-000002")
    desk.clock.set(NOON + AFTER)
    assert await desk.close_due() == NOON + timedelta(hours=5) + AFTER
    assert (await desk.incident("INC-000002")).status is IncidentStatus.RESOLVED


async def test_what_was_reopened_is_not_closed(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await desk.resolve("INC-000001")
    assert (await desk.command("INC-000001", "reopen", 2)).status_code == 200
    desk.clock.advance(AFTER * 2)
    assert await desk.close_due() is None
    assert (await desk.incident("INC-000001")).status is IncidentStatus.OPEN


async def test_many_are_closed_batch_by_batch(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "BATCH", 3)
    keys = [str(number) for number in range(7)]
    await desk.receive(*(a_signal(f"INC-00010{key}", signal_key=key) for key in keys))
    await desk.receive(*(a_clearing(f"INC-00020{key}", signal_key=key) for key in keys))
    await desk.told()
    desk.clock.advance(AFTER)
    closed = []
    for again in (True, True, False):
        assert (await desk.close_due() == desk.clock.now()) == again
        closed.append(sum(isinstance(fact, IncidentClosed) for fact in await desk.told()))
    assert closed == [3, 3, 1]


async def test_a_resolution_rings_the_bell_of_the_closing(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    assert RESOLVED in scheduler.closing.bells
    bell = desk.database.bells.listen(*scheduler.closing.bells)
    assert (await desk.command("INC-000001", "acknowledge", 1)).status_code == 200
    assert not bell.is_set()
    await desk.resolve("INC-000001")
    assert bell.is_set()
