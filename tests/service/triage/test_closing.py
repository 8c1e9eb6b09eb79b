"""Incidents that stay resolved are verified by time, and closed later."""

from datetime import timedelta

import pytest

from candor_common.events import IncidentClosed, IncidentState, IncidentStatus, IncidentVerified
from candor_triage import scheduler
from candor_triage.journal import RESOLVED
from tests.service.triage.conftest import Desk
from tests.unit.triage.builders import CHARTER, NOON, a_clearing, a_reply, a_request, a_signal

HOLDS = CHARTER.verify_after
AFTER = CHARTER.close_after
MOMENT = timedelta(microseconds=1)


async def test_nothing_resolved_is_never_due(desk: Desk) -> None:
    await desk.receive(a_request())
    assert await desk.watch_over() is None


async def test_it_is_verified_and_closed_at_the_charters_times_and_not_before(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await desk.resolve("INC-000001")
    await desk.told()
    for waits, kind in ((HOLDS, IncidentVerified), (AFTER, IncidentClosed)):
        desk.clock.set(NOON + waits - MOMENT)
        assert await desk.watch_over() == NOON + waits
        assert await desk.told() == []
        desk.clock.set(NOON + waits)
        await desk.watch_over()
        done, state = await desk.told()
        assert isinstance(done, kind)
        assert isinstance(state, IncidentState)
        assert done.by == "charter"
    incident = await desk.incident("INC-000001")
    assert incident.status is IncidentStatus.CLOSED
    assert (incident.verified_at, incident.closed_at) == (NOON + HOLDS, NOON + AFTER)
    assert await desk.kinds("INC-000001") == ["opened", "resolved", "verified", "closed"]
    assert await desk.watch_over() is None
    assert await desk.told() == []


async def test_what_a_person_verified_early_is_closed_in_time_nevertheless(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await desk.resolve("INC-000001")
    assert (await desk.command("INC-000001", "verify", 2)).status_code == 200
    assert await desk.watch_over() == NOON + AFTER


async def test_after_a_long_absence_both_are_made_up_for_at_once(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await desk.resolve("INC-000001")
    await desk.told()
    desk.clock.advance(AFTER * 2)
    assert await desk.watch_over() is None
    verified, closed, state = await desk.told()
    assert isinstance(verified, IncidentVerified)
    assert isinstance(closed, IncidentClosed)
    assert (verified.sequence, closed.sequence, state.sequence) == (3, 4, 4)


async def test_it_comes_back_when_the_next_is_due(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"), a_request("INC-000002"))
    await desk.resolve("INC-000001")
    desk.clock.advance(timedelta(hours=5))
    await desk.resolve("INC-000002")
    desk.clock.set(NOON + HOLDS)
    assert await desk.watch_over() == NOON + timedelta(hours=5) + HOLDS
    assert (await desk.incident("INC-000002")).status is IncidentStatus.RESOLVED


async def test_what_was_reopened_is_neither_verified_nor_closed(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await desk.resolve("INC-000001")
    assert (await desk.command("INC-000001", "reopen", 2, reason="It is slow.")).status_code == 200
    desk.clock.advance(AFTER * 2)
    assert await desk.watch_over() is None
    assert (await desk.incident("INC-000001")).status is IncidentStatus.REOPENED


async def test_a_reply_reopens_what_time_has_verified(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await desk.resolve("INC-000001")
    desk.clock.advance(HOLDS)
    await desk.watch_over()
    await desk.receive(a_reply("INC-000001", "INC-000002", received_at=desk.clock.now()))
    incident = await desk.incident("INC-000001")
    assert (incident.status, incident.verified_at) == (IncidentStatus.REOPENED, None)


async def test_many_are_closed_batch_by_batch(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "BATCH", 3)
    keys = [str(number) for number in range(7)]
    await desk.receive(*(a_signal(f"INC-00010{key}", signal_key=key) for key in keys))
    await desk.receive(*(a_clearing(f"INC-00020{key}", signal_key=key) for key in keys))
    await desk.told()
    desk.clock.advance(AFTER)
    closed = []
    for again in (True, True, False):
        assert (await desk.watch_over() == desk.clock.now()) == again
        closed.append(sum(isinstance(fact, IncidentClosed) for fact in await desk.told()))
    assert closed == [3, 3, 1]


async def test_after_a_start_nothing_is_done_before_the_letters_are_read(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    await desk.resolve("INC-000001")
    await desk.told()
    desk.runtime.readers["triage"] = lambda: False
    desk.clock.set(desk.runtime.started_at)
    assert await desk.watch_over() == desk.runtime.started_at + scheduler.LOOK_AGAIN
    desk.clock.set(NOON + AFTER)
    await desk.watch_over()
    assert (await desk.incident("INC-000001")).status is IncidentStatus.CLOSED


async def test_a_resolution_rings_the_bell_of_the_watch(desk: Desk) -> None:
    await desk.receive(a_request("INC-000001"))
    assert RESOLVED in scheduler.watching.bells
    bell = desk.database.bells.listen(*scheduler.watching.bells)
    assert (await desk.command("INC-000001", "acknowledge", 1)).status_code == 200
    assert not bell.is_set()
    await desk.resolve("INC-000001")
    assert bell.is_set()
